import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Refused, Unreachable } from '../../../lambda/client/refused.ts';
import type { Known } from '../../../lambda/console/live/poller.ts';
import { Poller, waitMs } from '../../../lambda/console/live/poller.ts';

const EVERY_MS = 10_000;

let isVisible: boolean;
let answers: (() => Promise<string>)[];
let seen: Known<string>[];
let poller: Poller<string>;

const asked = () => seen.length;

beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000 });
  isVisible = true;
  seen = [];
  answers = [];
  poller = new Poller({
    load: async () => (answers.shift() ?? (async () => 'as ever'))(),
    everyMs: (value) => (value === 'soon' ? 1_000 : EVERY_MS),
    isVisible: () => isVisible,
    isFinal: (value) => value === 'final',
    onChange: (known) => seen.push(known),
  });
});

afterEach(() => {
  poller.stop();
  jest.useRealTimers();
});

const failing = (fault: Error) => async () => {
  throw fault;
};

describe('the wait for the next try', () => {
  it.each([
    { failures: 1, retryAfterSec: undefined, ms: 5_000 },
    { failures: 2, retryAfterSec: undefined, ms: 10_000 },
    { failures: 30, retryAfterSec: undefined, ms: 120_000 },
    { failures: 1, retryAfterSec: 30, ms: 30_000 },
    { failures: 5, retryAfterSec: 1, ms: 80_000 },
  ])('is $ms ms after $failures failures, with Retry-After $retryAfterSec', ({ failures, retryAfterSec, ms }) => {
    expect(waitMs(failures, retryAfterSec)).toBe(ms);
  });
});

describe('a poller', () => {
  it('asks at once, and again each time the wait is over', async () => {
    poller.wake();
    await jest.advanceTimersByTimeAsync(0);
    expect(seen).toEqual([{ value: 'as ever', at: 1_000_000, nextAt: 1_000_000 + EVERY_MS }]);
    await jest.advanceTimersByTimeAsync(2 * EVERY_MS);
    expect(asked()).toBe(3);
  });

  it('asks sooner where the answer says that it will change', async () => {
    answers = [async () => 'soon'];
    poller.wake();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(seen.map(({ value }) => value)).toEqual(['soon', 'as ever']);
  });

  it('keeps what it knows while the API is away, and says since when', async () => {
    answers = [async () => 'first', failing(new Unreachable('x', undefined)), failing(new Unreachable('x', undefined))];
    poller.wake();
    await jest.advanceTimersByTimeAsync(EVERY_MS + 5_000);
    expect(seen.at(-1)).toMatchObject({ value: 'first', at: 1_000_000, failingSince: 1_000_000 + EVERY_MS });
    await jest.advanceTimersByTimeAsync(10_000);
    expect(seen.at(-1)).toEqual({ value: 'as ever', at: 1_025_000, nextAt: 1_035_000 });
  });

  it('waits as long as the API asks for', async () => {
    answers = [failing(new Refused(503, {}, new Headers({ 'retry-after': '60' })))];
    poller.wake();
    await jest.advanceTimersByTimeAsync(59_000);
    expect(asked()).toBe(1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(asked()).toBe(2);
  });

  it('asks nothing while nobody sees the page, and at once when that changes', async () => {
    poller.wake();
    await jest.advanceTimersByTimeAsync(0);
    isVisible = false;
    poller.wake();
    await jest.advanceTimersByTimeAsync(10 * EVERY_MS);
    expect(asked()).toBe(1);
    isVisible = true;
    poller.wake();
    await jest.advanceTimersByTimeAsync(0);
    expect(asked()).toBe(2);
  });

  it('does not ask sooner because the page was hidden for a moment', async () => {
    poller.wake();
    await jest.advanceTimersByTimeAsync(0);
    poller.wake();
    await jest.advanceTimersByTimeAsync(EVERY_MS - 1);
    expect(asked()).toBe(1);
  });

  it('drops an answer that a later try has overtaken', async () => {
    let late: (value: string) => void = () => undefined;
    answers = [() => new Promise((resolve) => (late = resolve)), async () => 'new'];
    const first = poller.reload();
    await poller.reload();
    late('old');
    await first;
    expect(seen.map(({ value }) => value)).toEqual(['new']);
  });

  it('stops asking after a final answer, or when it is stopped', async () => {
    answers = [async () => 'final'];
    poller.wake();
    await jest.advanceTimersByTimeAsync(10 * EVERY_MS);
    expect(asked()).toBe(1);
    poller.stop();
    await poller.reload();
    expect(asked()).toBe(1);
  });
});
