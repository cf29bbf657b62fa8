/** Terraform prints the keys of the certificate authority as `ssh-keygen` would. */
import { execFileSync } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { runTerraform } from '../support/terraform.ts';

const moduleFolder = fileURLToPath(new URL('../../terraform/modules/certificate-authority/', import.meta.url));
const TIMEOUT_MS = 60_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-openssh-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it(
  'prints the lines of ssh-keygen for any P-256 keys',
  async () => {
    const keys = Array.from({ length: 40 }, () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
    expect(await linesOfTerraform(keys)).toEqual(keys.map(lineOfSshKeygen));
  },
  TIMEOUT_MS,
);

/** Runs the module's own conversion, with these keys in place of those that KMS answers. */
async function linesOfTerraform(keys: readonly KeyObject[]): Promise<string[]> {
  cpSync(path.join(moduleFolder, 'openssh.tf'), path.join(folder, 'openssh.tf'));
  const spki = keys.map((key) => key.export({ type: 'spki', format: 'der' }).toString('base64'));
  const configuration = {
    locals: { public_keys: Object.fromEntries(spki.entries()) as object },
    output: { lines: { value: '${local.openssh_public_keys}' } },
  };
  writeFileSync(path.join(folder, 'keys.tf.json'), JSON.stringify(configuration));
  const { exitCode, stdout, stderr } = await runTerraform(folder, ['apply', '-auto-approve']);
  expect(exitCode === 0 ? '' : stdout + stderr).toBe('');
  const printed = await runTerraform(folder, ['output', '-json', 'lines']);
  const lines = JSON.parse(printed.stdout) as Record<string, string>;
  return keys.map((_, index) => lines[String(index)] ?? '');
}

function lineOfSshKeygen(key: KeyObject): string {
  const file = path.join(folder, 'key.pem');
  writeFileSync(file, key.export({ type: 'spki', format: 'pem' }));
  return execFileSync('ssh-keygen', ['-i', '-m', 'PKCS8', '-f', file], { encoding: 'utf8' }).trim();
}
