import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PowerChange } from '../../../lambda/pool/pool.ts';
import { minRunningAt } from '../../../lambda/pool/schedule.ts';

/** How many run at a moment, ISO 8601, by a schedule; 9 before its first change. */
function at(moment: string, timezone: string, ...changes: readonly (readonly [cron: string, minRunning: number])[]) {
  const listed: PowerChange[] = changes.map(([cron, minRunning]) => ({ cron, minRunning }));
  return minRunningAt({ minRunning: 9, idleMinutes: 15, schedule: { timezone, changes: listed } }, Date.parse(moment));
}

const WORKING_HOURS = [
  ['0 8 * * 1-5', 5],
  ['0 18 * * 1-5', 0],
] as const;

describe('the number of VMs that are to run', () => {
  it('is that of the pool without a schedule', () => {
    expect(minRunningAt({ minRunning: 2, idleMinutes: 15 }, 0)).toBe(2);
  });

  it.each([
    { rule: 'before work', moment: '2026-11-26T07:59:59Z', running: 0 },
    { rule: 'from the very second of a change on', moment: '2026-11-26T08:00:00Z', running: 5 },
    { rule: 'a moment later', moment: '2026-11-26T08:00:00.500Z', running: 5 },
    { rule: 'at the end of the day', moment: '2026-11-26T18:00:00Z', running: 0 },
    { rule: 'at the weekend', moment: '2026-11-28T12:00:00Z', running: 0 },
    { rule: 'on Monday', moment: '2026-11-30T08:00:01Z', running: 5 },
  ])('is that of the last change, $rule', ({ moment, running }) => {
    expect(at(moment, 'UTC', ...WORKING_HOURS)).toBe(running);
  });

  it.each([
    { timezone: 'Europe/Berlin', moment: '2026-07-01T06:00:00Z', running: 5 },
    { timezone: 'Europe/Berlin', moment: '2026-07-01T05:59:59Z', running: 0 },
    { timezone: 'Europe/Berlin', moment: '2026-12-01T06:59:59Z', running: 0 },
    { timezone: 'Europe/Berlin', moment: '2026-12-01T07:00:00Z', running: 5 },
    { timezone: 'Asia/Kolkata', moment: '2026-12-01T02:30:00Z', running: 5 },
    { timezone: 'Asia/Kolkata', moment: '2026-12-01T02:29:59Z', running: 0 },
    { timezone: 'Pacific/Auckland', moment: '2026-11-29T19:00:00Z', running: 5 },
    { timezone: 'Pacific/Auckland', moment: '2026-11-29T18:59:59Z', running: 0 },
  ])('follows the clocks of $timezone at $moment', ({ timezone, moment, running }) => {
    expect(at(moment, timezone, ...WORKING_HOURS)).toBe(running);
  });

  it.each([
    { rule: 'right after the gap, if the clocks leave it out', moment: '2026-03-29T01:00:00Z', running: 1 },
    { rule: 'not before that', moment: '2026-03-29T00:59:59Z', running: 2 },
    { rule: 'at the first of the two, if it comes twice', moment: '2026-10-25T00:30:00Z', running: 1 },
    { rule: 'not before that either', moment: '2026-10-25T00:29:59Z', running: 2 },
  ])('changes at a time $rule', ({ moment, running }) => {
    expect(at(moment, 'Europe/Berlin', ['30 2 * * *', 1], ['0 20 * * *', 2])).toBe(running);
  });

  it('changes once when the time comes twice, so that a later change between the two holds', () => {
    expect(at('2026-10-25T01:45:00Z', 'Europe/Berlin', ['30 2 * * *', 1], ['45 2 * * *', 3])).toBe(3);
  });

  it.each([
    { cron: '0 0 1 1 *', moment: '2026-12-31T23:59:59Z' },
    { cron: '0 0 29 2 *', moment: '2028-02-28T23:59:59Z' },
  ])('is that of a change that lies long ago ($cron)', ({ cron, moment }) => {
    expect(at(moment, 'UTC', [cron, 4])).toBe(4);
  });

  it('is that of the pool where no change ever comes', () => {
    expect(at('2026-11-26T08:00:00Z', 'UTC', ['0 0 30 2 *', 4])).toBe(9);
  });

  it('is that of the later one in the list, of two changes at the same moment', () => {
    expect(at('2026-11-26T09:00:00Z', 'UTC', ['0 8 * * *', 1], ['0 8 * * 4', 2])).toBe(2);
    expect(at('2026-11-27T09:00:00Z', 'UTC', ['0 8 * * *', 1], ['0 8 * * 4', 2])).toBe(1);
  });

  it.each([
    { cron: '*/20 * * * *', moment: '2026-11-26T08:19:59Z', hour: '0 8 * * *' },
    { cron: '0 8 13 * 4', moment: '2026-11-26T08:00:00Z', hour: '30 7 * * *' },
    { cron: '0 8 * * 7', moment: '2026-11-22T08:00:00Z', hour: '30 7 * * *' },
    { cron: '0,30 8-18/2 * * *', moment: '2026-11-26T10:31:00Z', hour: '29 10 * * *' },
  ])('reads $cron as crontab(5) does', ({ cron, moment, hour }) => {
    expect(at(moment, 'UTC', [hour, 1], [cron, 2])).toBe(2);
  });

  it('is always one of the numbers that the pool says', () => {
    const field = (max: number) => fc.oneof(fc.constant('*'), fc.integer({ min: 1, max }).map(String));
    const cron = fc.tuple(field(59), field(23), field(31), field(12), field(7)).map((fields) => fields.join(' '));
    const change = fc.record({ cron, minRunning: fc.integer({ min: 0, max: 5 }) });
    const timezone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe');
    const nowMs = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), timezone, nowMs, (changes, zone, now) => {
        const rules = { minRunning: 9, idleMinutes: 15, schedule: { timezone: zone, changes } };
        expect([9, ...changes.map(({ minRunning }) => minRunning)]).toContain(minRunningAt(rules, now));
      }),
      { numRuns: 30 },
    );
  });
});
