import { userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Visit, VisitReport } from '../../../lambda/pool/visit.ts';
import { visit } from '../../../lambda/visitor/visit.ts';
import type { HostKeyType } from '../../../scripts/lib/vms/host-key.ts';
import type { Sshd } from '../../../scripts/lib/vms/sshd.ts';
import { SshdFleet } from '../../support/vms/sshd-fleet.ts';
import type { TestCertificate } from '../../support/vms/test-authority.ts';
import type { TestAuthority } from '../../support/vms/test-authority.ts';

const HOST_KEY_TYPES = ['ed25519', 'ecdsa256', 'ecdsa384', 'ecdsa521', 'rsa'] as const satisfies HostKeyType[];

/** No test is about speed: long, but for the visits that must not end. */
const LIMIT_MS = 20_000;

let fleet: SshdFleet;
let vm: Sshd;
/** A server of other keys. */
let stranger: Sshd;

beforeAll(async () => {
  fleet = await SshdFleet.start();
  vm = await fleet.add({ id: 'vm-01' });
  stranger = await fleet.add({ id: 'vm-02', hostKeyTypes: HOST_KEY_TYPES });
});

afterAll(async () => {
  await fleet.stop();
});

function wish(server: Sshd, kind: Visit['kind']): Visit {
  const { id, address: ip, port, hostKeys } = server;
  return { vm: { id, ip, port }, kind, hostKeys, limitMs: LIMIT_MS };
}

/** Visits by a command under a certificate for that VM, unless `certificate` says something else. */
async function command(
  server: Sshd,
  line: string,
  certificate: Partial<TestCertificate> = {},
  authority: TestAuthority = fleet.authority,
): Promise<VisitReport> {
  const key = await authority.certify({ principals: [server.id], ...certificate });
  return visit({ ...wish(server, 'command'), login: { username: server.username, command: line, ...key } });
}

describe.each(HOST_KEY_TYPES)('a server with an %s host key', (type) => {
  let server: Sshd;

  beforeAll(async () => {
    server = await fleet.add({ id: `vm-${type}`, hostKeyTypes: [type] });
  });

  it('has a banner, the right key, and runs a command', async () => {
    await expect(visit(wish(server, 'banner'))).resolves.toEqual({ ok: true });
    await expect(visit(wish(server, 'host-key'))).resolves.toEqual({ ok: true });
    await expect(command(server, 'echo clean')).resolves.toEqual({ ok: true, exitStatus: 0, output: 'clean\n' });
  });

  it('gets no credential when another key is expected, of the same type or of another', async () => {
    const login = {
      username: server.username,
      command: 'true',
      ...(await fleet.authority.certify({ principals: [server.id] })),
    };
    const before = (await server.log()).length;
    for (const hostKey of stranger.hostKeys) {
      const report = await visit({ ...wish(server, 'command'), hostKeys: [hostKey], login });
      const wrongHostKey: unknown = expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/);
      expect(report).toEqual({ ok: false, reason: `wrong host key: ${wrongKeyOf(report)}`, wrongHostKey });
    }
    expect((await server.log()).slice(before)).not.toMatch(/Accepted|Failed|userauth/);
  });
});

function wrongKeyOf(report: VisitReport): string {
  return report.ok ? '' : (report.wrongHostKey ?? '');
}

describe('a server with several host keys', () => {
  it('is right by each of them', async () => {
    for (const hostKey of stranger.hostKeys) {
      await expect(visit({ ...wish(stranger, 'host-key'), hostKeys: [hostKey] })).resolves.toEqual({ ok: true });
    }
  });

  it('is right if one of those that the inventory lists is left', async () => {
    const old = await fleet.add({ id: 'vm-old' });
    await expect(visit({ ...wish(vm, 'host-key'), hostKeys: [...old.hostKeys, ...vm.hostKeys] })).resolves.toEqual({
      ok: true,
    });
  });
});

describe.each([
  { about: 'AES-CTR with a plain MAC, as Dropbear has', lines: ['Ciphers aes256-ctr', 'MACs hmac-sha2-256'] },
  { about: 'AES-CTR with encrypt-then-MAC', lines: ['Ciphers aes256-ctr', 'MACs hmac-sha2-512-etm@openssh.com'] },
  { about: 'Diffie-Hellman only', lines: ['KexAlgorithms diffie-hellman-group16-sha512'] },
])('a server with $about', ({ lines }) => {
  it('runs a command', async () => {
    const server = await fleet.add({ id: `vm-${lines.length}-${lines[0]?.length}`, config: lines });
    await expect(command(server, 'echo clean')).resolves.toMatchObject({ output: 'clean\n' });
  });
});

describe('a server without a method in common', () => {
  it.each([
    { line: 'KexAlgorithms curve25519-sha256', reason: 'offers no key exchange method that is safe' },
    { line: 'Ciphers aes128-cbc', reason: 'offers no cipher that is safe' },
    { line: 'MACs hmac-sha1', reason: 'offers no way to protect messages that is safe' },
    { line: 'HostKeyAlgorithms ssh-rsa', reason: 'offers no type of host key that is safe' },
  ])('$line: $reason', async ({ line, reason }) => {
    const hostKeyTypes: HostKeyType[] = line.includes('rsa') ? ['rsa'] : ['ed25519'];
    const server = await fleet.add({ id: `vm-${line.split(' ')[0]}`, config: [line], hostKeyTypes });
    await expect(visit(wish(server, 'host-key'))).resolves.toEqual({ ok: false, reason });
  });
});

describe('a command', () => {
  it('reports a status that is not 0, and then what is on standard output', async () => {
    const report = await command(vm, 'echo wait 5; echo more >&2; exit 75');
    expect(report).toEqual({ ok: true, exitStatus: 75, output: 'wait 5\n' });
  });

  it('reports standard error if there is nothing else', async () => {
    const report = await command(vm, 'echo no such cleaner >&2; exit 127');
    expect(report).toEqual({ ok: true, exitStatus: 127, output: 'no such cleaner\n' });
  });

  it('reports the first 4 kB of much output', async () => {
    const report = await command(vm, 'head -c 300000 /dev/zero | tr "\\0" x');
    expect(report).toEqual({ ok: true, exitStatus: 0, output: 'x'.repeat(4096) });
  });

  it('has failed when it is killed', async () => {
    await expect(command(vm, 'kill -9 $$')).resolves.toEqual({ ok: false, reason: 'the command ended by SIGKILL' });
  });

  it('has failed when it never stops writing', async () => {
    await expect(command(vm, 'yes')).resolves.toEqual({ ok: false, reason: 'sends too much (running the command)' });
  });

  it('is the forced one, whatever is asked for', async () => {
    const forced = 'command="echo asked for $SSH_ORIGINAL_COMMAND",restrict service@vm-forced';
    const server = await fleet.add({ id: 'vm-forced', principals: { [userInfo().username]: [forced] } });
    const report = await command(server, 'clean 1764108000000', { principals: ['service@vm-forced'] });
    expect(report).toEqual({ ok: true, exitStatus: 0, output: 'asked for clean 1764108000000\n' });
  });

  it('runs under keys of every kind that a certificate may have', async () => {
    for (const keyType of ['ed25519', 'ec384', 'ec521', 'rsa'] as const) {
      await expect(command(vm, 'echo in', { keyType })).resolves.toMatchObject({ output: 'in\n' });
    }
  });
});

describe('a log-in is refused', () => {
  const refused = { ok: false, reason: `refuses the log-in as ${userInfo().username}` };

  it.each([
    { why: 'with a certificate of another VM', certificate: { principals: ['vm-02'] } },
    { why: 'with a certificate that has ended', certificate: { validity: '-10m:-5m' } },
    { why: 'with a certificate that has not begun', certificate: { validity: '+5m:+10m' } },
    { why: 'from another address', certificate: { options: ['source-address=192.0.2.1/32'] } },
  ])('$why', async ({ certificate }) => {
    await expect(command(vm, 'true', certificate)).resolves.toEqual(refused);
  });

  it('with a certificate of another authority', async () => {
    const other = await fleet.anotherAuthority();
    await expect(command(vm, 'true', {}, other)).resolves.toEqual(refused);
  });

  it('with a certificate of another key', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => fleet.authority.certify({ principals: [vm.id] })));
    const login = {
      username: vm.username,
      command: 'true',
      privateKey: one?.privateKey ?? '',
      certificate: two?.certificate ?? '',
    };
    await expect(visit({ ...wish(vm, 'command'), login })).resolves.toEqual(refused);
  });

  it('for a user that there is not', async () => {
    const login = {
      username: 'nobody-here',
      command: 'true',
      ...(await fleet.authority.certify({ principals: [vm.id] })),
    };
    const reason = 'refuses the log-in as nobody-here';
    await expect(visit({ ...wish(vm, 'command'), login })).resolves.toEqual({ ok: false, reason });
  });
});

describe('a visit', () => {
  it('ends at its limit, and its session with it', async () => {
    const key = await fleet.authority.certify({ principals: [vm.id] });
    // It waits for input, and ends with its connection.
    const login = { username: vm.username, command: 'cat', ...key };
    const report = await visit({ ...wish(vm, 'command'), limitMs: 3_000, login });
    expect(report).toEqual({ ok: false, reason: 'took longer than 3 s (running the command)' });
  });

  it('is one of 30 at once', async () => {
    const visits = Array.from({ length: 30 }, (_, at) =>
      at % 2 ? visit(wish(vm, 'host-key')) : command(vm, `echo ${at}`),
    );
    const reports = await Promise.all(visits);
    expect(reports.filter(({ ok }) => !ok)).toEqual([]);
    expect(reports[28]).toEqual({ ok: true, exitStatus: 0, output: '28\n' });
  });

  it('finds a server that has stopped', async () => {
    const server = await fleet.add({ id: 'vm-stopped' });
    await server.stop();
    for (const kind of ['banner', 'host-key'] as const) {
      const reason = 'refuses the connection (connecting)';
      await expect(visit(wish(server, kind))).resolves.toEqual({ ok: false, reason });
    }
  });
});
