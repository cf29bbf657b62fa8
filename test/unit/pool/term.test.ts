import { describe, expect, it } from '@jest/globals';
import type { Lease } from '../../../lambda/pool/lease.ts';
import { firstEndSec, newLease, renewed, termOf } from '../../../lambda/pool/term.ts';

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

describe('a lease whose VM has to be started', () => {
  const act = { who: 'alice', nowMs: 500_000, requestId: 'r-1' };
  const wish = { userId: 'alice', leaseId: 'l-1', expiresAtSec: 800, act };
  const starting = { ...lease, expiresAtSec: 800 + 60, startingTtlSec: 300 };

  it('lasts as long as was wanted, from the end of the start on', () => {
    expect(newLease(wish, { id: 'vm-01' }, 60)).toEqual(starting);
  });

  it.each([
    { rule: 'is renewed to a longer time', ttlSec: 500, startingTtlSec: 500, expiresAtSec: 1_060 },
    { rule: 'is never shortened', ttlSec: 10, startingTtlSec: 300, expiresAtSec: 860 },
    { rule: 'may have the longest time', ttlSec: MAX_SEC, startingTtlSec: MAX_SEC, expiresAtSec: 2_560 },
  ])('$rule', ({ ttlSec, startingTtlSec, expiresAtSec }) => {
    const longer = { ...starting, startingTtlSec, expiresAtSec };
    expect(renewed(starting, 520, { ttlSec, maxSec: MAX_SEC })).toEqual(longer);
  });

  it('is never longer than the longest, counted from its latest begin', () => {
    const tooLong = () => renewed(starting, 520, { ttlSec: MAX_SEC + 1, maxSec: MAX_SEC });
    expect(tooLong).toThrow(expect.objectContaining({ code: 'lease_too_long', latestSec: 2_560 }));
  });
});
