import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EmbeddedMetrics } from '../../../lambda/telemetry/embedded-metrics.ts';
import { createTally } from '../../../lambda/telemetry/meter.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);

interface Declaration {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
}

/** What a line carries, apart from what declares it. */
interface Line {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly declarations: readonly Declaration[];
}

function metered() {
  const { meter, embedded } = createTally('test');
  if (embedded === undefined) throw new Error('a tally with a namespace has embedded metrics');
  return { meter, take: () => lineOf(embedded) };
}

function lineOf(metrics: EmbeddedMetrics): Line | undefined {
  const embedded = metrics.take(NOW_MS);
  if (embedded === undefined) return undefined;
  const { _aws, ...values } = JSON.parse(`{${embedded.members}}`) as Record<string, unknown>;
  const { Timestamp, CloudWatchMetrics: declarations } = _aws as Record<string, unknown>;
  expect(Timestamp).toBe(NOW_MS);
  const { pool } = embedded;
  return { fields: { ...values, ...(pool !== undefined && { pool }) }, declarations: declarations as Declaration[] };
}

function takeAll(take: () => Line | undefined): Line[] {
  const all: Line[] = [];
  for (let next = take(); next !== undefined; next = take()) all.push(next);
  return all;
}

describe('embedded metrics', () => {
  it('have the sum of what was counted since the line before', () => {
    const { meter, take } = metered();
    meter('grants', { pool: 'lab' });
    meter('grants', { pool: 'default' });
    meter('refusals', { code: 'pool_empty' });
    expect(take()).toMatchObject({ fields: { Grants: 2, Refusals: 1 } });
    expect(take()).toBeUndefined();
    meter('grants', { pool: 'lab' });
    expect(take()).toMatchObject({ fields: { Grants: 1 } });
  });

  it('have the last value of a gauge', () => {
    const { meter, take } = metered();
    meter('leasesOverdue', {}, 7);
    meter('leasesOverdue', {}, 0);
    expect(take()).toMatchObject({ fields: { LeasesOverdue: 0 } });
  });

  it('declare namespace, dimensions and unit', () => {
    const { meter, take } = metered();
    meter('requestDurationSeconds', { route: 'GET /pool', status: '404' }, 0.25);
    meter('vms', { pool: 'lab', state: 'free' }, 3);
    const [line] = takeAll(take);
    expect(line?.fields).toEqual({ RequestSeconds4xx: 0.25, VmsFree: 3, pool: 'lab' });
    expect(line?.declarations).toEqual([
      { Namespace: 'test', Dimensions: [[]], Metrics: [{ Name: 'RequestSeconds4xx', Unit: 'Seconds' }] },
      { Namespace: 'test', Dimensions: [['pool']], Metrics: [{ Name: 'VmsFree', Unit: 'Count' }] },
    ]);
  });

  it('lose nothing and mix no pools, however much comes up between two lines', () => {
    const measured = fc.record({ seconds: fc.integer({ min: 0, max: 9 }), pool: fc.constantFrom('a', 'b', 'c') });
    fc.assert(
      fc.property(fc.array(measured, { maxLength: 400 }), (all) => {
        const { meter, take } = metered();
        for (const { seconds, pool } of all) {
          meter('checkDurationSeconds', { kind: 'reset', result: 'waiting' }, seconds);
          meter('vms', { pool, state: 'leased' }, seconds);
        }
        const lines = takeAll(take);
        const values = lines.flatMap(({ fields }) => fields.ResetSecondsWaiting ?? []);
        expect(values).toEqual(all.map(({ seconds }) => seconds));
        for (const { fields } of lines)
          expect([fields.ResetSecondsWaiting ?? []].flat().length).toBeLessThanOrEqual(100);
        const pools = lines
          .filter(({ fields }) => 'VmsLeased' in fields)
          .map(({ fields }) => [fields.pool, fields.VmsLeased]);
        expect(new Map(pools as [string, number][])).toEqual(new Map(all.map(({ pool, seconds }) => [pool, seconds])));
        expect(pools).toHaveLength(new Set(all.map(({ pool }) => pool)).size);
      }),
    );
  });

  it('declare exactly the metrics of their line', () => {
    const { meter, take } = metered();
    for (let n = 0; n < 150; n++) meter('checkDurationSeconds', { kind: 'check', result: 'failed' }, n);
    meter('grants', { pool: 'lab' });
    for (const { fields, declarations } of takeAll(take)) {
      const declared = declarations.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
      expect(declared.sort()).toEqual(Object.keys(fields).sort());
    }
  });
});
