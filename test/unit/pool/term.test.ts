import { describe, expect, it } from '@jest/globals';
import type { Lease } from '../../../lambda/pool/lease.ts';
import { firstEndSec, renewed, termOf } from '../../../lambda/pool/term.ts';

const lease: Lease = { id: 'l-1', userId: 'alice', vmId: 'vm-01', acquiredAtSec: 500, expiresAtSec: 1_000 };
const MAX_SEC = 2_000;

describe('termOf', () => {
  const limits = { defaultMinutes: 2, maxMinutes: 10 };

  it.each([
    { rule: 'has the default length when none is named', minutes: undefined, ttlSec: 120 },
    { rule: 'has the wanted length', minutes: 7, ttlSec: 420 },
  ])('$rule', ({ minutes, ttlSec }) => {
    expect(termOf(limits, minutes)).toEqual({ ttlSec, maxSec: 600 });
  });
});

describe('firstEndSec', () => {
  it('accepts the longest lease', () => {
    expect(firstEndSec(500, { ttlSec: MAX_SEC, maxSec: MAX_SEC })).toBe(2_500);
  });

  it('refuses a longer lease', () => {
    const tooLong = () => firstEndSec(500, { ttlSec: MAX_SEC + 1, maxSec: MAX_SEC });
    expect(tooLong).toThrow(expect.objectContaining({ code: 'lease_too_long', latestSec: 2_500 }));
  });
});

describe('renewed', () => {
  it.each([
    { rule: 'extends a lease that ends sooner', nowSec: 900, ttlSec: 300, expiresAtSec: 1_200 },
    { rule: 'never shortens a lease', nowSec: 900, ttlSec: 10, expiresAtSec: 1_000 },
    { rule: 'extends a lease to the longest', nowSec: 900, ttlSec: 1_600, expiresAtSec: 2_500 },
  ])('$rule', ({ nowSec, ttlSec, expiresAtSec }) => {
    expect(renewed(lease, nowSec, { ttlSec, maxSec: MAX_SEC })).toEqual({ ...lease, expiresAtSec });
  });

  it('refuses to make a lease longer than the longest, counted from its acquire', () => {
    const tooLong = () => renewed(lease, 900, { ttlSec: 1_601, maxSec: MAX_SEC });
    expect(tooLong).toThrow(expect.objectContaining({ code: 'lease_too_long', latestSec: 2_500 }));
  });
});
