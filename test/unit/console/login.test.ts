import { describe, expect, it } from '@jest/globals';
import { commandLine, loginFiles, shownLogin, sshLine } from '../../../lambda/console/mine/login.ts';

const ADDRESS = {
  id: 'vm-01',
  pool: 'default',
  ip: '192.0.2.11',
  port: 22,
  username: 'tester',
  status: 'ready' as const,
};
const MOCK = { ...ADDRESS, privateKey: 'key' };
const OWN_KEY = {
  ...ADDRESS,
  port: 2222,
  login: 'certificate' as const,
  certificate: 'cert',
  certificateExpiresAt: '2026-11-21T12:05:00Z',
  knownHosts: ['[192.0.2.11]:2222 ssh-ed25519 AAAA', '[192.0.2.11]:2222 ecdsa BBBB'],
};
const CERTIFIED = { ...OWN_KEY, privateKey: 'key\n' };

describe('the ssh line', () => {
  it.each([
    { vm: MOCK, line: 'ssh -i vm-01 -o IdentitiesOnly=yes tester@192.0.2.11' },
    {
      vm: CERTIFIED,
      line: 'ssh -i vm-01 -o IdentitiesOnly=yes -o UserKnownHostsFile=vm-01.known_hosts -p 2222 tester@192.0.2.11',
    },
    {
      vm: OWN_KEY,
      line: 'ssh -o CertificateFile=vm-01-cert.pub -o UserKnownHostsFile=vm-01.known_hosts -p 2222 tester@192.0.2.11',
    },
    { vm: { ...ADDRESS, authorizedKey: 'ssh-ed25519 AAAA' }, line: 'ssh tester@192.0.2.11' },
  ])('names what the VM needs: $line', ({ vm, line }) => {
    expect(sshLine(vm)).toBe(line);
  });
});

describe('the line for the command line', () => {
  it.each([
    { userid: undefined, line: 'vm-pool ssh --url https://vms.example' },
    { userid: 'alice@example.com', line: 'vm-pool ssh --url https://vms.example --user alice@example.com' },
    { userid: 'team|alice', line: "vm-pool ssh --url https://vms.example --user 'team|alice'" },
  ])('names the user where nobody asks who borrows: $line', ({ userid, line }) => {
    expect(commandLine('https://vms.example', userid)).toBe(line);
  });
});

describe('the files of a login', () => {
  it('end with a line break, and have names by which ssh finds the certificate', () => {
    expect(loginFiles(CERTIFIED).map(({ name, text }) => [name, text])).toEqual([
      ['vm-01', 'key\n'],
      ['vm-01-cert.pub', 'cert\n'],
      ['vm-01.known_hosts', `${CERTIFIED.knownHosts.join('\n')}\n`],
    ]);
  });

  it('are none for a mock VM that takes the own key', () => {
    expect(loginFiles({ ...ADDRESS, authorizedKey: 'ssh-ed25519 AAAA' })).toEqual([]);
  });
});

describe('the login that is shown', () => {
  const shown = { leaseId: 'a', vm: CERTIFIED };
  const fresh = {
    leaseId: 'a',
    vm: { ...CERTIFIED, privateKey: 'other', certificateExpiresAt: '2026-11-21T12:06:00Z' },
  };
  const at = (time: string) => Date.parse(`2026-11-21T${time}Z`);

  it('stays while its certificate is good, so that its key and its certificate fit each other', () => {
    expect(shownLogin(shown, fresh, at('12:03:59'))).toBe(shown);
  });

  it('is replaced a minute before its certificate ends', () => {
    expect(shownLogin(shown, fresh, at('12:04:00'))).toBe(fresh);
  });

  it('is replaced with its lease', () => {
    const next = { ...fresh, leaseId: 'b' };
    expect(shownLogin(shown, next, at('12:01:00'))).toBe(next);
  });

  it('is replaced each time the VM takes the key again', () => {
    const taken = (time: string) => ({ leaseId: 'a', vm: { ...MOCK, keyAcceptedUntil: `2026-11-21T${time}Z` } });
    const [first, next] = [taken('12:01:00'), taken('12:01:45')];
    expect(shownLogin(first, next, at('12:00:45'))).toBe(next);
  });

  it('is replaced when a key without an end changes', () => {
    const mock = { leaseId: 'a', vm: MOCK };
    expect(shownLogin(mock, { leaseId: 'a', vm: { ...MOCK } }, 0)).toBe(mock);
    expect(shownLogin(mock, { leaseId: 'a', vm: { ...MOCK, privateKey: 'new' } }, 0).vm.privateKey).toBe('new');
  });
});
