import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { USER_DATA_BYTES } from '../../../scripts/lib/enroll/cloud-init.ts';
import { programsMissing } from '../../../scripts/lib/missing-tools.ts';
import { tracked } from '../../support/processes/child-processes.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-enroll-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: unknown): string {
  writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return name;
}

const blob = (type: string) => {
  return Buffer.concat([Buffer.from([0, 0, 0, type.length]), Buffer.from(type), Buffer.alloc(60, 7)]).toString(
    'base64',
  );
};
const KEYS = ['ecdsa-sha2-nistp256', 'ssh-ed25519'].map((type) => `${type} ${blob(type)}`);
const HOST_KEY = `ssh-ed25519 ${blob('ssh-ed25519')}`;
const CA = file('ca.pub', `# both\n${KEYS.join(' a comment\n')}\n`);
const INVENTORY = file('vms.json', {
  pools: { default: { access: 'certificate' }, old: { access: 'stored-key' } },
  vms: [
    { id: 'vm-01', username: 'tester', hostKeys: [`${HOST_KEY} root@vm`], address: '192.0.2.1' },
    { id: 'vm-02', username: 'student', pool: 'default', hostKeys: ["ssh-rsa '; id '"] },
    { id: 'vm-09', username: 'root-like', pool: 'old' },
  ],
});
const EC2_POOLS = file('ec2.json', {
  pools: {
    lab: { access: 'certificate', ec2: { username: 'student' } },
    desk: { access: 'instance-connect', ec2: { username: 'ubuntu' } },
    bad: { access: 'certificate', ec2: { username: 'Root' } },
  },
});

async function enroll(...args: readonly string[]) {
  const env = { PATH: process.env.PATH };
  const child = tracked(
    spawn(path.join(root, 'scripts/enroll'), args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, exitCode };
}

const withoutMain = (script: string) => script.replace(/\nmain "\$@"\n$/, '');

/** What a function of the script prints. */
function printed(script: string, name: string): string {
  return execFileSync('sh', ['-c', `${withoutMain(script)}\n${name}`], { encoding: 'utf8' });
}

/** The user data, and the script in it. */
function userData(text: string) {
  const data = parse(text) as { write_files: Record<string, string>[]; runcmd: unknown };
  const [written] = data.write_files;
  return { ...data, script: gunzipSync(Buffer.from(written?.content ?? '', 'base64')).toString() };
}

/** The script does without its comments there. */
const withoutComments = (script: string) =>
  script
    .split('\n')
    .filter((line) => !/^ *#(?!!)/.test(line))
    .join('\n');

/** Serves on a free port while the work goes on. */
async function serving<Made>(listener: RequestListener, work: (origin: string) => Promise<Made>): Promise<Made> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  } finally {
    server.close();
  }
}

describe('scripts/enroll', () => {
  it('prints one script for every VM that takes certificates', async () => {
    const { stdout, stderr, exitCode } = await enroll('--ca', CA, '--inventory', INVENTORY);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(printed(stdout, 'vms')).toBe(`vm-01 tester\nvm-01 tester ${HOST_KEY}\nvm-02 student\n`);
    expect(printed(stdout, 'trusted_keys')).toBe(`${KEYS.join('\n')}\n`);
  });

  it.each(['vm-pool-clean', 'borrower', 'clean', 'check'])('carries the file %s as it is', async (name) => {
    const { stdout } = await enroll('--ca', CA, '--id', 'vm-01');
    const original = readFileSync(path.join(root, `scripts/lib/enroll/${name}.sh`), 'utf8');
    expect(printed(stdout, `print_${name.replaceAll('-', '_')}`)).toBe(original);
  });

  it('does nothing when only a part of the script has come', async () => {
    const { stdout } = await enroll('--ca', CA, '--id', 'vm-01');
    const part = stdout.slice(0, stdout.lastIndexOf('main'));
    expect(spawnSync('sh', ['-s'], { input: part, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });

  it.each([
    { way: 'a VM of the inventory', args: ['--inventory', INVENTORY, '--vm', 'vm-02'], vms: 'vm-02 student\n' },
    { way: 'a VM that no inventory has', args: ['--id', 'vm-07', '--login', 'guest'], vms: 'vm-07 guest\n' },
    { way: 'a VM with the usual login', args: ['--id', 'vm-07'], vms: 'vm-07 tester\n' },
  ])('is for $way', async ({ args, vms }) => {
    const { stdout } = await enroll('--ca', CA, ...args);
    expect(printed(stdout, 'vms')).toBe(vms);
  });

  it('prints user data of cloud-init that fits', async () => {
    const args = ['--ca', CA, '--inventory', INVENTORY, '--vm', 'vm-01'];
    const [{ stdout }, script] = [await enroll(...args, '--cloud-init'), (await enroll(...args)).stdout];
    expect(stdout.startsWith('#cloud-config\n')).toBe(true);
    expect(Buffer.byteLength(stdout)).toBeLessThan(USER_DATA_BYTES);
    const data = userData(stdout);
    expect(data.script).toBe(withoutComments(script));
    expect(data.runcmd).toEqual([['sh', data.write_files[0]?.path, 'vm-01']]);
  });

  it('prints lines of authorized_keys, and what they can not do', async () => {
    const { stdout } = await enroll('--ca', CA, '--inventory', INVENTORY, '--vm', 'vm-01', '--no-root');
    const lines = stdout.split('\n').filter((line) => !line.startsWith('#') && line !== '');
    expect(lines).toEqual(KEYS.map((key) => `cert-authority,principals="vm-01" ${key}`));
    expect(stdout).toContain('nothing is cleaned between users');
  });

  it('asks the service for its keys', async () => {
    const service: RequestListener = ({ url }, response) => {
      response.writeHead(url === '/resources/ca.pub' ? 200 : 404).end(`${KEYS.join('\n')}\n`);
    };
    const gone = await serving(service, async (url) => {
      const found = await enroll('--ca', `${url}/resources/`, '--id', 'vm-01');
      expect(printed(found.stdout, 'trusted_keys')).toBe(`${KEYS.join('\n')}\n`);
      expect(await enroll('--ca', `${url}/elsewhere`, '--id', 'vm-01')).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: expect.stringContaining(`enroll: GET ${url}/elsewhere/ca.pub failed: it answered 404; give the URL`),
      });
      return url;
    });
    expect(await enroll('--ca', `${gone}/resources`, '--id', 'vm-01')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each([
    { fault: 'no authority', args: ['--id', 'vm-01'], says: '--ca is missing' },
    { fault: 'no URL', args: ['--ca', 'http://127.0.0.1:99999/', '--id', 'vm-01'], says: 'is not a URL' },
    { fault: 'no VM', args: ['--ca', CA], says: 'give either --inventory FILE or --id ID' },
    { fault: 'two ways to name VMs', args: ['--ca', CA, '--id', 'a', '--inventory', INVENTORY], says: 'give either' },
    { fault: 'an id that a shell could read', args: ['--ca', CA, '--id', '$(id)'], says: '--id must be 1 to 128 of' },
    { fault: 'root as borrower', args: ['--ca', CA, '--id', 'a', '--login', 'root'], says: '--login must be a user' },
    { fault: 'an unknown option', args: ['--sudo'], says: "Unknown option '--sudo'" },
    {
      fault: 'cloud-init for many',
      args: ['--ca', CA, '--inventory', INVENTORY, '--cloud-init'],
      says: 'add --vm ID, or --pool',
    },
    { fault: 'two forms', args: ['--ca', CA, '--id', 'a', '--cloud-init', '--no-root'], says: 'exclude each other' },
    { fault: 'no such file', args: ['--ca', 'nothing.pub', '--id', 'a'], says: "--ca nothing.pub can't be read" },
    { fault: 'no key', args: ['--ca', file('empty.pub', '# none\n'), '--id', 'a'], says: 'holds no public key' },
    {
      fault: 'a private key',
      args: ['--ca', file('key', '-----BEGIN PRIVATE KEY-----'), '--id', 'a'],
      says: 'key 1 must be an OpenSSH public key',
    },
    {
      fault: 'a key of another type than it says',
      args: ['--ca', file('odd.pub', `ssh-rsa ${blob('ssh-ed25519')}`), '--id', 'a'],
      says: 'key 1 must be',
    },
    {
      fault: 'an open way to the service',
      args: ['--ca', 'http://example.org', '--id', 'a'],
      says: 'must begin with https://',
    },
    {
      fault: 'an inventory that is no JSON',
      args: ['--ca', CA, '--inventory', file('bad.json', '{')],
      says: "bad.json can't be read",
    },
    {
      fault: 'a VM that is not there',
      args: ['--ca', CA, '--inventory', INVENTORY, '--vm', 'vm-03'],
      says: 'has no VM vm-03',
    },
    {
      fault: 'an EC2 instance that is named as a VM of the list',
      args: [
        '--ca',
        CA,
        '--vm',
        'i-1',
        '--inventory',
        file('pools.json', { pools: { a: { ec2: { username: 'b' } } } }),
      ],
      says: 'has no VM i-1; for an EC2 instance take --pool NAME in place of --vm',
    },
    {
      fault: 'a VM with a stored key',
      args: ['--ca', CA, '--inventory', INVENTORY, '--vm', 'vm-09'],
      says: 'stored keys',
    },
    {
      fault: 'an inventory with a bad id',
      args: ['--ca', CA, '--inventory', file('id.json', { vms: [{ id: 'a b', username: 'tester' }] })],
      says: 'id.json: vms.0.id: must be',
    },
    {
      fault: 'an unknown VM beside a login of root',
      args: ['--ca', CA, '--vm', 'b', '--inventory', file('root.json', { vms: [{ id: 'a', username: 'root' }] })],
      says: 'has no VM b',
    },
    {
      fault: 'a login of root',
      args: ['--ca', CA, '--inventory', file('root.json', { vms: [{ id: 'a', username: 'root' }] })],
      says: 'root.json names a username for a that no cleaner may have: it must be',
    },
  ])('names what is wrong, and ends with 2: $fault', async ({ args, says }) => {
    const { stdout, stderr, exitCode } = await enroll(...args);
    expect({ stdout, stderr, exitCode }).toEqual({ stdout: '', stderr: expect.stringContaining(says), exitCode: 2 });
    expect(stderr).toMatch(/^(enroll: .*\n)+$/);
  });

  describe('for EC2 pools', () => {
    const OF_LAB = ['--ca', CA, '--inventory', EC2_POOLS, '--pool', 'lab'];
    const CHOOSE = 'choose_vm "$@"; echo "$id $login"';

    it('prints user data that fits, for every instance of the pool', async () => {
      const [{ stdout }, script] = [await enroll(...OF_LAB, '--cloud-init'), (await enroll(...OF_LAB)).stdout];
      expect(Buffer.byteLength(stdout)).toBeLessThan(0.8 * USER_DATA_BYTES);
      const data = userData(stdout);
      expect(data.script).toBe(withoutComments(script));
      expect(data.runcmd).toEqual([['sh', data.write_files[0]?.path]]);
      expect(printed(data.script, 'vms')).toBe('@instance student\n');
    });

    it('has each boot print the host keys to the console, as cloud-init does at the first', async () => {
      const [, written] = userData((await enroll(...OF_LAB, '--cloud-init')).stdout).write_files;
      expect(written).toMatchObject({ path: expect.stringContaining('/scripts/per-boot/'), permissions: '0755' });
      const here = path.join(folder, 'ssh_host');
      writeFileSync(`${here}_rsa_key.pub`, 'ssh-rsa AAAA root@ip-10-0-0-1\n');
      const script = written?.content?.replace('/etc/ssh/ssh_host', here).replace('/dev/console', `${here}.console`);
      execFileSync('sh', ['-c', script ?? '']);
      expect(readFileSync(`${here}.console`, 'utf8')).toBe(
        '-----BEGIN SSH HOST KEY KEYS-----\nssh-rsa AAAA root@ip-10-0-0-1\n-----END SSH HOST KEY KEYS-----\n',
      );
    });

    it('asks the instance for its id, by a token', async () => {
      const { stdout } = await enroll(...OF_LAB);
      const metadata: RequestListener = ({ method, url, headers }, response) => {
        const answers: Record<string, string> = {
          'PUT /latest/api/token': headers['x-aws-ec2-metadata-token-ttl-seconds'] === '60' ? 'a token' : '',
          'GET /latest/meta-data/instance-id':
            headers['x-aws-ec2-metadata-token'] === 'a token' ? 'i-0123456789abcdef0' : '',
        };
        const answer = answers[`${method} ${url}`];
        response.writeHead(answer ? 200 : 401).end(answer);
      };
      const ran = await serving(metadata, async (origin) => run(`${withoutMain(stdout)}\n${CHOOSE}`, origin));
      expect(ran).toEqual({ code: 0, stdout: 'i-0123456789abcdef0 student\n', stderr: '' });
    });

    it('takes an id that it is given, and gives up where EC2 answers none', async () => {
      const { stdout } = await enroll(...OF_LAB, '--login', 'guest');
      const silent: RequestListener = (_, response) => response.writeHead(404).end();
      const [given, unknown] = await serving(silent, async (origin) => [
        await run(`set -- i-0fedcba9876543210\n${withoutMain(stdout)}\n${CHOOSE}`, origin),
        await run(`${withoutMain(stdout)}\n${CHOOSE}`, origin),
      ]);
      expect(given).toMatchObject({ code: 0, stdout: 'i-0fedcba9876543210 guest\n' });
      expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('sh enroll.sh INSTANCE_ID') });
    });

    async function run(script: string, metadata: string) {
      const env = { PATH: process.env.PATH, VM_POOL_METADATA: metadata };
      const child = tracked(spawn('sh', ['-c', script], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
      const ended = once(child, 'close').then(([code]) => code as number | null);
      const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
      return { code, stdout, stderr };
    }

    it.each([
      { fault: 'a pool that is not there', args: ['--pool', 'none'], says: 'has no pool none with a section ec2' },
      { fault: 'a pool without certificates', args: ['--pool', 'desk'], says: 'nothing has to be enrolled there' },
      { fault: 'a login that no cleaner may have', args: ['--pool', 'bad'], says: 'names a username for bad' },
      { fault: 'a pool and a VM', args: ['--pool', 'lab', '--vm', 'a'], says: '--pool goes with --inventory' },
      { fault: 'no pool', args: [], says: 'lists no VM; for EC2 instances add --pool NAME' },
      { fault: 'no id for lines of a file', args: ['--pool', 'lab', '--no-root'], says: 'give --id INSTANCE_ID' },
    ])('names what is wrong: $fault', async ({ args, says }) => {
      const { stderr, exitCode } = await enroll('--ca', CA, '--inventory', EC2_POOLS, ...args);
      expect({ stderr, exitCode }).toEqual({ stderr: expect.stringContaining(says), exitCode: 2 });
    });
  });

  it('shows its options', async () => {
    expect(await enroll('--help')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('--no-root') });
  });
});

const missing = programsMissing({ shellcheck: 'apt-get install shellcheck' });
const run = missing.length === 0 || process.env.CI === 'true' ? it : it.skip;

run('shellcheck finds nothing in the shell scripts (apt-get install shellcheck)', () => {
  const folders = ['scripts/lib/enroll', 'test/support/vms'];
  const files = folders.flatMap((name) => readdirSync(path.join(root, name)).map((entry) => path.join(name, entry)));
  const scripts = ['scripts/enroll', ...files.filter((name) => name.endsWith('.sh'))];
  const { status, stdout } = spawnSync('shellcheck', ['--external-sources', ...scripts], {
    cwd: root,
    encoding: 'utf8',
  });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});
