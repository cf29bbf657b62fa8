/** Bodies that the documentation of more than one call shows. */

const id = '96ba437d-ec47-4d0f-a5f6-40e5483397ec';

/** A lease. */
export const LEASE = { id, userid: 'alice', acquiredAt: '2026-11-21T12:00:00Z', expiresAt: '2026-11-21T13:00:00Z' };

const ADDRESS = { id: 'vm-01', pool: 'default', ip: '192.0.2.11', port: 22, username: 'tester' };

/** A lease and its VM. */
export const GRANT = { vm: { ...ADDRESS, privateKey: 'mock private key of vm-01, opens nothing' }, lease: LEASE };

/** A VM as operators see it. */
export const DRAINED_VM = {
  ...ADDRESS,
  state: 'drained' as const,
  failures: 0,
  draining: true,
  retired: false,
  reason: 'new disk',
};
