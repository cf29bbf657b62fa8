/**
 * The section of a README that lists the requirements, inputs and outputs of a folder of Terraform, byte for byte as
 * terraform-docs 0.20 and 0.21 write it with `.terraform-docs.yml`. The workflows compare the READMEs with the real
 * tool.
 */
import type { Configuration, Input, Output, Requirement } from './configuration.ts';

const BEGIN = '<!-- BEGIN_TF_DOCS -->';
const END = '<!-- END_TF_DOCS -->';

/** The section of a README for one folder, markers included. */
export function renderSection({ requirements, inputs, outputs }: Configuration): string {
  return [
    BEGIN,
    table('Requirements', '| Name | Version |', '|------|---------|', requirements.map(requirementRow)),
    '',
    table(
      'Inputs',
      '| Name | Description | Type | Default | Required |',
      '|------|-------------|------|---------|:--------:|',
      inputs.map(inputRow),
    ),
    '',
    table('Outputs', '| Name | Description |', '|------|-------------|', outputs.map(outputRow)),
    END,
  ].join('\n');
}

/** The section as it stands in a README, markers included. @throws Error when there is none */
export function sectionOf(readme: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`no ${BEGIN} followed by ${END}`);
  return readme.slice(begin, end + END.length);
}

/** The README with its section replaced. @throws Error when it has none */
export function withSection(readme: string, section: string): string {
  return readme.replace(sectionOf(readme), () => section);
}

function table(title: string, head: string, alignment: string, rows: string[]): string {
  return [`## ${title}`, '', ...(rows.length > 0 ? [head, alignment, ...rows] : [`No ${title.toLowerCase()}.`])].join(
    '\n',
  );
}

const requirementRow = ({ name, version }: Requirement): string => `| ${name} | ${version} |`;

const outputRow = ({ name, description }: Output): string => `| ${name} | ${text(description)} |`;

function inputRow(input: Input): string {
  const required = !('default' in input);
  const value = required ? 'n/a' : code(JSON.stringify(input.default, null, 2));
  return `| ${input.name} | ${text(input.description)} | ${code(input.type)} | ${value} | ${required ? 'yes' : 'no'} |`;
}

const text = (description: string): string => (description === '' ? 'n/a' : description);

/** A table has no room for a fenced block, so code of several lines becomes HTML. */
function code(source: string): string {
  return source.includes('\n') ? `<pre>${source.replaceAll('\n', '<br/>')}</pre>` : `\`${source}\``;
}
