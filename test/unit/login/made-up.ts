import type { Lease, Vm } from '../../../lambda/client/routes.ts';

/** A VM with certificate, as connectvm answers it to a caller who sent a public key. */
export function vmOf(values: Partial<Vm> = {}): Vm {
  return {
    id: 'vm-01',
    pool: 'default',
    ip: '127.0.0.1',
    port: 2201,
    username: 'tester',
    status: 'ready',
    login: 'certificate',
    certificate: 'ssh-ed25519-cert-v01@openssh.com AAAA',
    certificateExpiresAt: '2026-11-21T12:05:00Z',
    knownHosts: ['[127.0.0.1]:2201 ssh-ed25519 AAAA'],
    ...values,
  };
}

/** A lease of one hour. */
export function leaseOf(values: Partial<Lease> = {}): Lease {
  const [acquiredAt, expiresAt] = ['2026-11-21T12:00:00Z', '2026-11-21T13:00:00Z'];
  return { id: 'lease-1', userid: 'alice', acquiredAt, expiresAt, ...values };
}
