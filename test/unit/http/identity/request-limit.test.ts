import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { limited } from '../../../../lambda/http/identity/request-limit.ts';
import { eventOf } from '../../../http/event.ts';

const PER_MINUTE = 6;

/** A limit over callers whose name is the path of their request. */
function limitAt(start: number) {
  let nowMs = start;
  const callerOf = limited(
    ({ rawPath }) => ({ userId: rawPath, isOperator: false }),
    PER_MINUTE,
    () => nowMs,
  );
  const passes = (userId: string, routeKey = 'POST /getvm') => {
    try {
      callerOf(eventOf({ routeKey, rawPath: userId }), 'borrowers', {});
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'too_many_requests' });
      return (error as { headers: Record<string, string> }).headers['retry-after'];
    }
  };
  return {
    passes,
    wait: (ms: number) => (nowMs += ms),
  };
}

const times = (count: number, act: () => unknown) => Array.from({ length: count }, act);

describe('limited', () => {
  it('lets a quiet caller send a minute of requests at once, and says when the next may come', () => {
    const { passes } = limitAt(0);
    expect(times(PER_MINUTE, () => passes('alice'))).toEqual(times(PER_MINUTE, () => true));
    expect(passes('alice')).toBe('10');
  });

  it('lets one more pass after Retry-After, and no sooner', () => {
    const { passes, wait } = limitAt(1_000_000);
    times(PER_MINUTE, () => passes('alice'));
    wait(9_900);
    expect(passes('alice')).toBe('1');
    wait(100);
    expect(passes('alice')).toBe(true);
    expect(passes('alice')).toBe('10');
  });

  it('limits each caller alone', () => {
    const { passes } = limitAt(0);
    times(PER_MINUTE + 1, () => passes('mallory'));
    expect(passes('alice')).toBe(true);
  });

  it('keeps a lease in sight of a caller who has used up everything else', () => {
    const { passes } = limitAt(0);
    times(PER_MINUTE + 1, () => passes('alice'));
    expect(times(10 * PER_MINUTE, () => passes('alice', 'GET /lease'))).not.toContain('1');
    expect(passes('alice', 'GET /lease')).toBe('1');
  });

  it('survives a clock that goes back', () => {
    const { passes, wait } = limitAt(1_000_000);
    times(PER_MINUTE, () => passes('alice'));
    wait(-500_000);
    expect(passes('alice')).toBe('10');
  });

  it('never lets more pass than the burst and what time brings back', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30_000), { maxLength: 60 }), (pauses) => {
        const { passes, wait } = limitAt(0);
        const passed = pauses.filter((ms) => {
          wait(ms);
          return passes('alice') === true;
        }).length;
        const elapsed = pauses.reduce((sum, ms) => sum + ms, 0);
        expect(passed).toBeLessThanOrEqual(PER_MINUTE + (elapsed * PER_MINUTE) / 60_000 + 1e-6);
      }),
    );
  });

  it('remembers ten thousand callers and forgets the one that has been quiet for longest', () => {
    const { passes } = limitAt(0);
    times(PER_MINUTE, () => passes('first'));
    for (let n = 0; n < 9_999; n += 1) passes(`user-${String(n)}`);
    expect(passes('first')).toBe('10');
    for (let n = 0; n < 10_000; n += 1) passes(`other-${String(n)}`);
    expect(passes('first')).toBe(true);
  });
});
