import { describe, expect, it } from '@jest/globals';
import type { Lease } from '../../../lambda/pool/lease.ts';
import { hasEnded } from '../../../lambda/pool/lease.ts';

const lease: Lease = { id: 'l-1', userId: 'alice', vmId: 'vm-01', acquiredAtSec: 500, expiresAtSec: 1_000 };

describe('hasEnded', () => {
  it.each([
    { rule: 'is false in the last second of the lease', nowSec: 999, ended: false },
    { rule: 'is true at the very second of its end', nowSec: 1_000, ended: true },
    { rule: 'stays true', nowSec: 5_000, ended: true },
  ])('$rule', ({ nowSec, ended }) => {
    expect(hasEnded(lease, nowSec)).toBe(ended);
  });
});
