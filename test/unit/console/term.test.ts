import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstTerms, laterTerms, usualTerm } from '../../../lambda/console/mine/term.ts';
import { newLease, renewed } from '../../../lambda/pool/term.ts';

const limits = fc
  .tuple(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 20_000 }))
  .map(([a, b]) => ({ defaultMinutes: Math.min(a, b), maxMinutes: Math.max(a, b) }));

describe('the lengths of a new lease', () => {
  it('rise, never exceed the limit, and contain the usual and the longest one', () => {
    fc.assert(
      fc.property(limits, (of) => {
        const minutes = firstTerms(of).map(({ value }) => value);
        expect(minutes).toEqual([...new Set(minutes)].sort((a, b) => a - b));
        expect(minutes).toContain(of.defaultMinutes);
        expect(minutes.at(-1)).toBe(of.maxMinutes);
        expect(usualTerm(firstTerms(of), of)).toBe(of.defaultMinutes);
      }),
    );
  });

  it('are in words', () => {
    const words = firstTerms({ defaultMinutes: 90, maxMinutes: 240 }).map(({ label }) => label);
    expect(words).toEqual(['15 minutes', '30 minutes', '1 hour', '1 hour 30 minutes', '2 hours', '4 hours']);
  });
});

describe('the lengths of a renewal', () => {
  const nowMs = Date.parse('2026-11-21T12:00:00Z');
  const iso = (sec: number) => new Date(sec * 1000).toISOString();

  it('are lengths that the service grants, and that make the lease longer', () => {
    const ages = fc.tuple(limits, fc.integer({ min: 0, max: 20_000 * 60 }), fc.integer({ min: 1, max: 20_000 * 60 }));
    fc.assert(
      fc.property(ages, fc.integer({ min: 0, max: 5 }), ([of, ageSec, leftSec], lateSec) => {
        const nowSec = nowMs / 1000;
        const act = { who: 'alice', nowMs: (nowSec - ageSec) * 1000, requestId: 'r' };
        const lease = newLease({ userId: 'alice', leaseId: 'l', expiresAtSec: nowSec + leftSec, act }, { id: 'vm-01' });
        const shown = { acquiredAt: iso(lease.acquiredAtSec), expiresAt: iso(lease.expiresAtSec) };
        for (const { value } of laterTerms(shown, of, nowMs)) {
          const term = { ttlSec: value * 60, maxSec: of.maxMinutes * 60 };
          expect(renewed(lease, nowSec + lateSec, term).expiresAtSec).toBeGreaterThan(lease.expiresAtSec);
        }
      }),
    );
  });

  it('are none when the lease ends as late as it may', () => {
    const lease = { acquiredAt: '2026-11-21T11:00:00Z', expiresAt: '2026-11-21T13:00:00Z' };
    expect(laterTerms(lease, { defaultMinutes: 60, maxMinutes: 120 }, nowMs)).toEqual([]);
  });
});
