/**
 * The module lends VMs that exist to nobody in particular only when it is told to. Terraform's own tests can't show this
 * until there is a second provider: `expect_failures` names a variable, and `vm_provider` refuses the name as well.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runTerraform } from '../support/terraform.ts';

const variables = fileURLToPath(new URL('../../terraform/variables.tf', import.meta.url));

/** The variables of the module, without anything to plan. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-variables-'));
  cpSync(variables, path.join(folder, 'variables.tf'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the module with VMs that exist', () => {
  const refusal = 'VMs that exist need authorization = "iam" or "jwt": an HTTP API on AWS is on the internet';

  it('refuses to lend them without authorization, and says why', async () => {
    expect(await planned()).toContain(refusal);
  });

  it.each([
    { given: 'iam', settings: ['authorization=iam'] },
    { given: 'jwt', settings: ['authorization=jwt', 'jwt_issuer=https://example.com', 'jwt_audiences=["vm-pool"]'] },
    { given: 'accept_anonymous', settings: ['accept_anonymous=true'] },
  ])('lends them with $given', async ({ settings }) => {
    const output = await planned(...settings);
    expect(output).toContain('vm_provider must be mock'); // so Terraform did check the variable
    expect(output).not.toContain(refusal);
  });
});

/** What Terraform prints, without its line breaks. */
async function planned(...settings: string[]): Promise<string> {
  const options = ['environment=dev', 'vm_provider=static', ...settings].map((setting) => `-var=${setting}`);
  const { stdout, stderr } = await runTerraform(folder, ['plan', ...options]);
  return `${stdout}${stderr}`.replace(/\s+/g, ' ');
}
