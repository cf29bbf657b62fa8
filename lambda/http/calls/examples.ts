/** Bodies that the documentation of more than one call shows. */

const id = '96ba437d-ec47-4d0f-a5f6-40e5483397ec';

/** A lease. */
export const LEASE = { id, userid: 'alice', acquiredAt: '2026-11-21T12:00:00Z', expiresAt: '2026-11-21T13:00:00Z' };

const ADDRESS = { id: 'vm-01', pool: 'default', ip: '192.0.2.11', port: 22, username: 'tester' };

/** A lease and its VM. */
export const GRANT = {
  vm: { ...ADDRESS, status: 'ready' as const, privateKey: 'mock private key of vm-01, opens nothing' },
  lease: LEASE,
};

/** A lease whose VM is being started, and the VM. */
export const STARTING_GRANT = {
  vm: { ...ADDRESS, status: 'starting' as const, statusReason: 'the instance is being started' },
  lease: { ...LEASE, expiresAt: '2026-11-21T13:10:00Z' },
};

/** A lease whose VM no longer exists. */
export const GONE_GRANT = {
  vm: { ...ADDRESS, status: 'gone' as const, statusReason: 'the instance is terminated' },
  lease: LEASE,
};

/** A lease and its VM, opened by a certificate for the caller's own key. */
export const CERTIFICATE_GRANT = {
  vm: {
    ...ADDRESS,
    status: 'ready' as const,
    login: 'certificate' as const,
    certificate: 'ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t...',
    certificateExpiresAt: '2026-11-21T12:05:00Z',
    knownHosts: ['192.0.2.11 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm'],
  },
  lease: LEASE,
};

/** A pool. */
export const POOL = {
  ...{ free: 3, leased: 2, checking: 0, quarantined: 0, drained: 0 },
  description: 'Ubuntu 24.04, 4 cores',
  aliases: ['ubuntu'],
  access: 'certificate' as const,
  check: 'command' as const,
  reset: 'command' as const,
  lease: { defaultMinutes: 480, maxMinutes: 10_080 },
  power: { running: 2, stopped: 1, minRunning: 2, hoursSaved: 61.5 },
};

/** A VM as operators see it. */
export const DRAINED_VM = {
  ...ADDRESS,
  state: 'drained' as const,
  failures: 0,
  draining: true,
  retired: false,
  reason: 'new disk',
};
