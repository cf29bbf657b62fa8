import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { datedFetch, serviceNow } from '../../../lambda/console/live/service-clock.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const { fetch } = globalThis;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});

afterEach(() => {
  globalThis.fetch = fetch;
  jest.useRealTimers();
});

describe('the clock of the service', () => {
  it.each([
    {
      rule: 'is the one of answers, where this computer is late',
      date: 'Sun, 01 Mar 2026 12:10:00 GMT',
      aheadSec: 600,
    },
    {
      rule: 'is the one of answers, where this computer is early',
      date: 'Sun, 01 Mar 2026 11:00:00 GMT',
      aheadSec: -3600,
    },
    {
      rule: 'is the one of this computer within the seconds of a date',
      date: 'Sun, 01 Mar 2026 11:59:58 GMT',
      aheadSec: 0,
    },
  ])('$rule', async ({ date, aheadSec }) => {
    globalThis.fetch = async () => new Response('', { headers: { date } });
    await datedFetch('https://vms.example/resources/pool');
    expect(serviceNow() - NOW).toBe(aheadSec * 1000);
  });

  it('stays as it was after an answer without a date', async () => {
    const before = serviceNow();
    globalThis.fetch = async () => new Response('');
    await datedFetch('https://vms.example/resources/pool');
    expect(serviceNow()).toBe(before);
  });
});
