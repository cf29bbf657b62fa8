import { describe, expect, it } from '@jest/globals';
import { MOCK_VMS, MockProvider } from '../../../lambda/providers/mock.ts';
import { loginOf } from '../../support/pool/login.ts';

const [vm] = MOCK_VMS;
if (vm === undefined) throw new Error('the list of mock VMs is empty');

function opening(sshPublicKey?: string) {
  if (vm === undefined) throw new Error('the list of mock VMs is empty');
  const lease = { id: 'l-1', userId: 'alice', vmId: vm.id, acquiredAtSec: 0, expiresAtSec: 60 };
  return { vm, lease, sshPublicKey, askedAtMs: 0 };
}

describe('the mock VMs', () => {
  it('are at least five, each with a different id and address', () => {
    expect(MOCK_VMS.length).toBeGreaterThanOrEqual(5);
    expect(new Set(MOCK_VMS.map(({ id }) => id)).size).toBe(MOCK_VMS.length);
    expect(new Set(MOCK_VMS.map(({ ip }) => ip)).size).toBe(MOCK_VMS.length);
  });

  it('have addresses that RFC 5737 reserves for documentation', () => {
    for (const { ip } of MOCK_VMS) expect(ip).toMatch(/^192[.]0[.]2[.]\d{1,3}$/);
  });
});

describe('MockProvider', () => {
  it('returns a key that no secret scanner reports: no PEM block, no long run of random characters', async () => {
    const login = loginOf(await new MockProvider([]).open(opening()));
    expect(login).toEqual({ privateKey: 'mock private key of vm-01, opens nothing' });
  });

  it("authorizes the user's own public key instead", async () => {
    const own = opening('ssh-ed25519 AAAA');
    expect(loginOf(await new MockProvider([]).open(own))).toEqual({ authorizedKey: 'ssh-ed25519 AAAA' });
  });

  it('passes every check except those of the VMs set to fail', async () => {
    expect(await new MockProvider(['vm-02']).check({ vm })).toEqual({ passed: true });
    expect(await new MockProvider(['vm-01']).check({ vm })).toEqual({
      passed: false,
      reason: 'vm-01 is set to fail its check',
    });
  });

  it('refuses to fail a VM that it does not have', () => {
    expect(() => new MockProvider(['vm-1', 'vm-02'])).toThrow(/MOCK_FAILING_VMS names vm-1; the mock VMs are vm-01, /);
  });
});
