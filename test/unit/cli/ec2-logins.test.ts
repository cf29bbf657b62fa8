import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { World } from '../../../scripts/lib/cli/world.ts';
import { vmPool } from './command-line.ts';
import { OneInstance } from './one-instance.ts';

const TOKEN = 'token-of-the-session';
const SESSION = {
  sessionId: 'role-0123',
  streamUrl: 'wss://ssmmessages.eu-central-1.amazonaws.com/x',
  tokenValue: TOKEN,
};

let folder: string;
let service: OneInstance;
let world: Partial<World>;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-ec2-'));
  await mkdir(path.join(folder, 'bin'));
  service = new OneInstance();
  const env = { ...process.env, VM_POOL_URL: 'http://api.test', VM_POOL_USER: 'alice' };
  const PATH = `${path.join(folder, 'bin')}:${process.env.PATH ?? ''}`;
  world = { env: { ...env, PATH }, home: folder, fetch: service.fetch };
});

afterEach(() => rm(folder, { recursive: true }));

/** Puts a program on the PATH that writes down how it was called, and ends with 3. */
async function programNamed(name: string, version = '1.2.707.0'): Promise<void> {
  const [words, variables] = [path.join(folder, 'words'), path.join(folder, 'variables')];
  const file = path.join(folder, 'bin', name);
  const script = [
    '#!/bin/sh',
    `if [ "$1" = --version ]; then echo ${version}; exit 0; fi`,
    `printf '%s\\n' "$@" > '${words}'; env > '${variables}'; exit 3`,
  ];
  await writeFile(file, `${script.join('\n')}\n`);
  await chmod(file, 0o700);
}

const written = (name: string) => readFile(path.join(folder, name), 'utf8');

describe('ssh by Session Manager', () => {
  beforeEach(() => {
    service.states = [{ login: 'session-manager', region: 'eu-central-1', session: SESSION }];
  });

  it('gives the plugin what it needs, and no other user of the computer the token', async () => {
    await programNamed('session-manager-plugin');
    const { code, stderr } = await vmPool('ssh --release', world);
    expect({ code, isHeld: service.isHeld }).toEqual({ code: 3, isHeld: false });
    expect((await written('words')).split('\n')).toEqual([
      'AWS_SSM_START_SESSION_RESPONSE',
      'eu-central-1',
      'StartSession',
      '',
      '{"Target":"i-01"}',
      'https://ssm.eu-central-1.amazonaws.com',
      '',
    ]);
    const [, response = ''] = /^AWS_SSM_START_SESSION_RESPONSE=(.*)$/m.exec(await written('variables')) ?? [];
    expect(JSON.parse(response)).toEqual({
      SessionId: SESSION.sessionId,
      StreamUrl: SESSION.streamUrl,
      TokenValue: TOKEN,
    });
    expect(stderr).not.toContain(TOKEN);
  });

  it.each([
    { rule: 'that is missing', version: undefined, says: 'session-manager-plugin is missing' },
    { rule: 'that takes the token as an argument', version: '1.2.497.0', says: '1.2.497.0 is too old' },
  ])('says where to get a plugin $rule, and gives the VM back', async ({ version, says }) => {
    if (version !== undefined) await programNamed('session-manager-plugin', version);
    const { code, stderr } = await vmPool('ssh', world);
    expect({ code, isHeld: service.isHeld }).toEqual({ code: 1, isHeld: false });
    expect(stderr).toContain(says);
    expect(stderr).toContain('session-manager-working-with-install-plugin.html');
  });

  it.each(['ssh -- uptime', 'ssh -L 1:a:1'])('refuses %s, which only ssh can do', async (line) => {
    await programNamed('session-manager-plugin');
    expect(await vmPool(line.split(' '), world)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('it takes no command and no options of ssh'),
    });
  });

  it('is named by the verbs that need ssh', async () => {
    service.isHeld = true;
    const refreshed = await vmPool('ssh-config --refresh', world);
    expect(refreshed).toMatchObject({ code: 1, stderr: expect.stringContaining('open a shell on it: vm-pool ssh') });
    const { stdout, stderr } = await vmPool('inventory', world);
    expect(JSON.parse(stdout)).toEqual({ _meta: { hostvars: {} } });
    expect(stderr).toContain('i-01 is reached by AWS Session Manager, not by ssh, so the inventory is empty');
    expect((await vmPool('show', world)).stdout).toContain('Address  i-01 in eu-central-1, by AWS Session Manager');
  });
});

describe('ssh by Instance Connect', () => {
  it('has the VM take the key of the lease before it connects, and shows until when', async () => {
    await programNamed('ssh');
    service.states = [{ login: 'instance-connect', keyAcceptedUntil: '2026-11-21T12:01:00Z' }];
    const { code } = await vmPool('ssh', world);
    expect({ code, routes: service.routes }).toEqual({
      code: 3,
      routes: ['POST /connectvm', 'POST /getvm'],
    });
    const [, config = ''] = /^-F\n(.*)$/m.exec(await written('words')) ?? [];
    expect(await readFile(config, 'utf8')).toMatch(/IdentityFile ".*\/id_ed25519"/);
    expect(service.keys.at(-1)).toMatch(/^ssh-ed25519 /);
    const { stdout } = await vmPool('show', { ...world, clock: () => Date.parse('2026-11-21T12:00:15Z') });
    expect(stdout).toMatch(/^Key taken +for new sessions until 2026-11-21T12:01:00Z \(in 45 s\)$/m);
  });
});
