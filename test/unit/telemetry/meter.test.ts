import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SECONDS_BUCKETS } from '../../../lambda/telemetry/figures.ts';
import { createTally } from '../../../lambda/telemetry/meter.ts';

describe('the tally', () => {
  it('adds up counters, and keeps the last value of a gauge, for each set of labels', () => {
    const { meter, series } = createTally();
    meter('grants', { pool: 'lab' });
    meter('grants', { pool: 'default' });
    meter('grants', { pool: 'lab' });
    meter('leaseSeconds', { pool: 'lab' }, 60);
    meter('leasesOverdue', {}, 7);
    meter('leasesOverdue', {}, 3);
    expect(series()).toMatchObject([
      { name: 'grants', labels: { pool: 'lab' }, value: 2 },
      { name: 'grants', labels: { pool: 'default' }, value: 1 },
      { name: 'leaseSeconds', labels: { pool: 'lab' }, value: 60 },
      { name: 'leasesOverdue', labels: {}, value: 3 },
    ]);
  });

  it('puts each measurement into the first bucket whose bound is not below it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...SECONDS_BUCKETS), fc.double({ min: 0, max: 60, noNaN: true }))),
        (times) => {
          const { meter, series } = createTally();
          for (const time of times) meter('checkDurationSeconds', { kind: 'check', result: 'passed' }, time);
          const [{ count, value, buckets } = { count: 0, value: 0, buckets: [] }] = series();
          expect(count).toBe(times.length);
          expect(value).toBeCloseTo(times.reduce((sum, time) => sum + time, 0));
          const bounds = [0, ...SECONDS_BUCKETS, Infinity];
          const expected = bounds.slice(1).map((bound, at) => {
            return times.filter((time) => time <= bound && (at === 0 || time > (bounds[at] ?? 0))).length;
          });
          expect(expected.map((_, at) => buckets[at] ?? 0)).toEqual(expected);
        },
      ),
    );
  });
});
