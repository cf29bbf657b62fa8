import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { Heartbeat, LEASE_MINUTES, MINUTE_MS } from '../../../scripts/lib/mcp/heartbeat.ts';

/** A service with leases, seen from outside; times in ms from the beginning. */
class Leases {
  endsMs: number;
  readonly renewals: number[] = [];
  readonly faults: unknown[] = [];
  isOver = false;
  isAway = false;
  private readonly zeroMs = Date.now();

  constructor(
    minutes: number,
    private readonly answersAfterMs = 0,
  ) {
    this.endsMs = minutes * MINUTE_MS;
  }

  get nowMs(): number {
    return Date.now() - this.zeroMs;
  }

  readonly beats = {
    renew: async (minutes: number) => {
      if (this.answersAfterMs > 0) await new Promise((resolve) => setTimeout(resolve, this.answersAfterMs));
      if (this.isAway) throw new Error('away');
      this.renewals.push(minutes);
      this.endsMs = Math.max(this.endsMs, this.nowMs + minutes * MINUTE_MS);
    },
    onFault: (error: unknown) => this.faults.push(error),
    onEnd: () => {
      this.isOver = true;
    },
  };
}

const first = (minutes: number) => Math.min(LEASE_MINUTES, minutes);

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('Heartbeat', () => {
  it('keeps the lease alive until the loan ends, and not beyond', async () => {
    const minutes = fc.integer({ min: 1, max: 45 });
    await fc.assert(
      fc.asyncProperty(minutes, fc.integer({ min: 0, max: 4_000 }), async (length, slowMs) => {
        const leases = new Leases(first(length), slowMs);
        const heartbeat = new Heartbeat(first(length), length, leases.beats);
        const endMs = length * MINUTE_MS;
        while (leases.nowMs < endMs - 20_000) {
          await jest.advanceTimersByTimeAsync(10_000);
          expect(leases.endsMs).toBeGreaterThanOrEqual(Math.min(endMs - 10_000, leases.nowMs + 5 * MINUTE_MS));
          expect(leases.endsMs).toBeLessThanOrEqual(endMs);
          expect(leases.endsMs).toBeLessThanOrEqual(leases.nowMs + LEASE_MINUTES * MINUTE_MS);
          expect(leases.isOver).toBe(false);
        }
        await jest.advanceTimersByTimeAsync(20_000);
        expect(leases.isOver).toBe(true);
        heartbeat.stop();
      }),
      { numRuns: 10 },
    );
  });

  it('tries again soon when a renewal fails', async () => {
    const leases = new Leases(LEASE_MINUTES);
    const heartbeat = new Heartbeat(LEASE_MINUTES, 60, leases.beats);
    leases.isAway = true;
    await jest.advanceTimersByTimeAsync(4 * MINUTE_MS);
    expect(leases.faults.length).toBeGreaterThan(1);
    leases.isAway = false;
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expect(leases.endsMs).toBeGreaterThan(12 * MINUTE_MS);
    heartbeat.stop();
  });

  it('makes a loan longer, and never shorter', async () => {
    const leases = new Leases(3);
    const heartbeat = new Heartbeat(3, 3, leases.beats);
    await heartbeat.extend(8);
    expect(leases.renewals).toEqual([8]);
    await heartbeat.extend(5);
    expect(heartbeat.endsAtMs - Date.now()).toBe(8 * MINUTE_MS);
    await heartbeat.extend(30);
    expect(leases.renewals).toEqual([8, LEASE_MINUTES]);
    await jest.advanceTimersByTimeAsync(30 * MINUTE_MS - 10_000);
    expect(leases.isOver).toBe(false);
    expect(leases.endsMs).toBeGreaterThanOrEqual(30 * MINUTE_MS - 10_000);
    heartbeat.stop();
  });

  it('leaves the end as it is when the renewal for a longer loan fails', async () => {
    const leases = new Leases(3);
    const heartbeat = new Heartbeat(3, 3, leases.beats);
    leases.isAway = true;
    const extended = heartbeat.extend(9).catch(String);
    await jest.advanceTimersByTimeAsync(1);
    expect(await extended).toContain('away');
    expect(heartbeat.endsAtMs).toBeLessThanOrEqual(Date.now() + 3 * MINUTE_MS);
    heartbeat.stop();
  });

  it('does nothing any more once it is stopped, not even after a renewal under way', async () => {
    const leases = new Leases(LEASE_MINUTES, 1_000);
    const heartbeat = new Heartbeat(LEASE_MINUTES, 60, leases.beats);
    await jest.advanceTimersByTimeAsync(3 * MINUTE_MS - 5_000 + 500);
    heartbeat.stop();
    await jest.advanceTimersByTimeAsync(100 * MINUTE_MS);
    expect(leases.renewals).toHaveLength(1);
    expect(leases.isOver).toBe(false);
  });
});
