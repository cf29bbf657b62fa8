/** The READMEs document the Terraform, in the format of terraform-docs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readConfiguration } from '../../scripts/lib/terraform-docs/configuration.ts';
import { documents } from '../../scripts/lib/terraform-docs/documents.ts';
import { renderSection, sectionOf, withSection } from '../../scripts/lib/terraform-docs/section.ts';

describe.each(documents())('$name', ({ readme, folder }) => {
  it('lists every requirement, input and output of its folder, and nothing else', async () => {
    // When this fails, run scripts/terraform-docs.
    expect(sectionOf(readFileSync(readme, 'utf8'))).toBe(renderSection(await readConfiguration(folder)));
  });

  it('finds every input typed, and every input and output described in one line', async () => {
    const { inputs, outputs } = await readConfiguration(folder);
    expect(inputs.filter(({ type }) => type === '')).toEqual([]);
    // A pipe would end the cell of the table.
    expect([...inputs, ...outputs].filter(({ description }) => !/^[^|\n]+\.$/.test(description))).toEqual([]);
  });
});

describe('the section of a README', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-docs-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  async function sectionFor(terraform: string): Promise<string> {
    writeFileSync(path.join(folder, 'main.tf'), terraform);
    return renderSection(await readConfiguration(folder));
  }

  // What terraform-docs 0.20 writes for the same source.
  it('lists requirements, inputs and outputs by name, with types as written and defaults as JSON', async () => {
    const section = await sectionFor(`
      terraform {
        required_version = ">= 1.11"
        required_providers {
          zip = { source = "example/zip", version = "1.0.0" }
          aws = { source = "hashicorp/aws", version = "~> 5.100" }
        }
      }
      variable "size" {
        description = "Size in MB."
        type        = number
        default     = 0
      }
      variable "anything" {
        type = map(string)
      }
      variable "names" {
        description = "Names."
        type        = list(string)
        default     = ["one", "two"]
      }
      variable "nobody" {
        description = "Nobody."
        type        = string
        default     = null
      }
      variable "limits" {
        description = "Limits."
        type = object({
          low = number
        })
        default = {}
      }
      output "url" {
        description = "URL."
        value       = "https://example.com"
      }
      output "id" {
        value = 1
      }
    `);
    expect(section).toBe(`<!-- BEGIN_TF_DOCS -->
## Requirements

| Name | Version |
|------|---------|
| terraform | >= 1.11 |
| aws | ~> 5.100 |
| zip | 1.0.0 |

## Inputs

| Name | Description | Type | Default | Required |
|------|-------------|------|---------|:--------:|
| anything | n/a | \`map(string)\` | n/a | yes |
| limits | Limits. | <pre>object({<br/>          low = number<br/>        })</pre> | \`{}\` | no |
| names | Names. | \`list(string)\` | <pre>[<br/>  "one",<br/>  "two"<br/>]</pre> | no |
| nobody | Nobody. | \`string\` | \`null\` | no |
| size | Size in MB. | \`number\` | \`0\` | no |

## Outputs

| Name | Description |
|------|-------------|
| id | n/a |
| url | URL. |
<!-- END_TF_DOCS -->`);
  });

  it('says so when a list is empty', async () => {
    expect(await sectionFor('locals {}')).toBe(`<!-- BEGIN_TF_DOCS -->
## Requirements

No requirements.

## Inputs

No inputs.

## Outputs

No outputs.
<!-- END_TF_DOCS -->`);
  });

  it('replaces the old section and leaves the rest of the README alone', () => {
    const before = '# Title\n\n<!-- BEGIN_TF_DOCS -->\nold\n<!-- END_TF_DOCS -->\n\nMore, for $& 5.\n';
    expect(withSection(before, '<!-- BEGIN_TF_DOCS -->\nnew $&\n<!-- END_TF_DOCS -->')).toBe(
      before.replace('old', 'new $$&'),
    );
  });

  it.each(['# Title\n', '<!-- END_TF_DOCS -->\n<!-- BEGIN_TF_DOCS -->\n'])(
    'needs its markers, in order: %j',
    (readme) => {
      expect(() => sectionOf(readme)).toThrow('BEGIN_TF_DOCS');
    },
  );
});
