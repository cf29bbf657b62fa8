import { describe, expect, it } from '@jest/globals';
import { hasEnded, renewed } from '../../../lambda/pool/lease.ts';
import type { Lease } from '../../../lambda/pool/lease.ts';

const lease: Lease = { id: 'l-1', userId: 'alice', vmId: 'vm-01', acquiredAtSec: 500, expiresAtSec: 1_000 };
const MAX_SEC = 2_000;

describe('hasEnded', () => {
  it.each([
    { rule: 'is false in the last second of the lease', nowSec: 999, ended: false },
    { rule: 'is true at the very second of its end', nowSec: 1_000, ended: true },
    { rule: 'stays true', nowSec: 5_000, ended: true },
  ])('$rule', ({ nowSec, ended }) => {
    expect(hasEnded(lease, nowSec)).toBe(ended);
  });
});

describe('renewed', () => {
  it.each([
    { rule: 'extends a lease that ends sooner', nowSec: 900, ttlSec: 300, expiresAtSec: 1_200 },
    { rule: 'never shortens a lease', nowSec: 900, ttlSec: 10, expiresAtSec: 1_000 },
    { rule: 'extends a lease to its very longest', nowSec: 900, ttlSec: 1_600, expiresAtSec: 2_500 },
  ])('$rule', ({ nowSec, ttlSec, expiresAtSec }) => {
    expect(renewed(lease, nowSec, ttlSec, MAX_SEC)).toEqual({ ...lease, expiresAtSec });
  });

  it('refuses to make a lease longer than the longest, counted from its acquire', () => {
    const tooLong = () => renewed(lease, 900, 1_601, MAX_SEC);
    expect(tooLong).toThrow(expect.objectContaining({ code: 'lease_too_long', latestSec: 2_500 }));
  });
});
