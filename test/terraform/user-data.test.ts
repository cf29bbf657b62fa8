/** Terraform makes the user data of EC2 pools that `scripts/enroll` prints. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { USER_DATA_BYTES } from '../../scripts/lib/enroll/cloud-init.ts';
import { runTerraform } from '../support/terraform.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const TIMEOUT_MS = 60_000;
const POOLS = {
  lab: { access: 'certificate', ec2: { username: 'student' } },
  desk: { access: 'instance-connect', ec2: { username: 'ubuntu' } },
};
/** Two public keys of a real length. */
const KEYS = [1, 2].map((value) => {
  const type = 'ecdsa-sha2-nistp256';
  const blob = Buffer.concat([Buffer.from([0, 0, 0, type.length]), Buffer.from(type), Buffer.alloc(81, value)]);
  return `${type} ${blob.toString('base64')}`;
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-user-data-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it(
  'makes user data for the pools with certificates, which scripts/enroll prints too',
  async () => {
    const made = await madeByTerraform();
    expect(Object.keys(made)).toEqual(['lab']);
    expect(Buffer.byteLength(made.lab ?? '')).toBeLessThan(0.8 * USER_DATA_BYTES);
    expect(inClear(made.lab ?? '')).toEqual(inClear(printedByScript('lab')));
  },
  TIMEOUT_MS,
);

/** Runs the module's own file, with these pools and keys in place of those of the service. */
async function madeByTerraform(): Promise<Record<string, string>> {
  const root = path.join(folder, 'terraform');
  mkdirSync(root);
  cpSync(path.join(repository, 'terraform/user-data.tf'), path.join(root, 'user-data.tf'));
  cpSync(path.join(repository, 'scripts/lib/enroll'), path.join(folder, 'scripts/lib/enroll'), { recursive: true });
  const authority = path.join(root, 'authority');
  mkdirSync(authority);
  writeFileSync(
    path.join(authority, 'keys.tf.json'),
    JSON.stringify({ output: { openssh_public_keys: { value: KEYS } } }),
  );
  const configuration = {
    locals: { ec2_pools: POOLS },
    module: { certificate_authority: { source: './authority', count: 1 } },
    output: { user_data: { value: '${local.user_data}' } },
  };
  writeFileSync(path.join(root, 'pools.tf.json'), JSON.stringify(configuration));
  for (const args of [['init'], ['apply', '-auto-approve']]) {
    const { exitCode, stdout, stderr } = await runTerraform(root, args);
    expect(exitCode === 0 ? '' : stdout + stderr).toBe('');
  }
  const { stdout } = await runTerraform(root, ['output', '-json', 'user_data']);
  return JSON.parse(stdout) as Record<string, string>;
}

function printedByScript(pool: string): string {
  const [ca, inventory] = [path.join(folder, 'ca.pub'), path.join(folder, 'vms.json')];
  writeFileSync(ca, KEYS.join('\n'));
  writeFileSync(inventory, JSON.stringify({ pools: POOLS }));
  const args = ['--ca', ca, '--inventory', inventory, '--pool', pool, '--cloud-init'];
  return execFileSync(path.join(repository, 'scripts/enroll'), args, { encoding: 'utf8' });
}

/** The user data, with the script as text: two compressors write it differently. */
function inClear(userData: string): string[] {
  return userData.split('\n').map((line) => {
    const [, script] = /^ {4}content: (\S{100,})$/.exec(line) ?? [];
    return script === undefined ? line : gunzipSync(Buffer.from(script, 'base64')).toString();
  });
}
