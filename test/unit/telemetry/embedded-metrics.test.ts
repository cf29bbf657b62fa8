import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Embedded } from '../../../lambda/telemetry/embedded-metrics.ts';
import { EmbeddedMetrics } from '../../../lambda/telemetry/embedded-metrics.ts';

interface Declaration {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
}

const declarationsOf = ({ declarations }: Embedded) => JSON.parse(declarations) as Declaration[];

function takeAll(metrics: EmbeddedMetrics): Embedded[] {
  const all: Embedded[] = [];
  for (let next = metrics.take(); next !== undefined; next = metrics.take()) all.push(next);
  return all;
}

describe('embedded metrics', () => {
  it('have the sum of what was counted since the line before', () => {
    const metrics = new EmbeddedMetrics('test');
    metrics.publish('grants', { pool: 'lab' });
    metrics.publish('grants', { pool: 'default' });
    metrics.publish('refusals', { code: 'pool_empty' });
    expect(metrics.take()).toMatchObject({ fields: { Grants: 2, Refusals: 1 } });
    expect(metrics.take()).toBeUndefined();
    metrics.publish('grants', { pool: 'lab' });
    expect(metrics.take()).toMatchObject({ fields: { Grants: 1 } });
  });

  it('declare namespace, dimensions and unit', () => {
    const metrics = new EmbeddedMetrics('test');
    metrics.publish('requestDurationSeconds', { route: 'GET /pool', status: '404' }, 0.25);
    metrics.publish('vms', { pool: 'lab', state: 'free' }, 3);
    const [line] = takeAll(metrics);
    expect(line?.fields).toEqual({ RequestSeconds4xx: 0.25, VmsFree: 3, pool: 'lab' });
    expect(line && declarationsOf(line)).toEqual([
      { Namespace: 'test', Dimensions: [[]], Metrics: [{ Name: 'RequestSeconds4xx', Unit: 'Seconds' }] },
      { Namespace: 'test', Dimensions: [['pool']], Metrics: [{ Name: 'VmsFree', Unit: 'Count' }] },
    ]);
  });

  it('lose nothing and mix no pools, however much comes up between two lines', () => {
    const measured = fc.record({ seconds: fc.integer({ min: 0, max: 9 }), pool: fc.constantFrom('a', 'b', 'c') });
    fc.assert(
      fc.property(fc.array(measured, { maxLength: 400 }), (all) => {
        const metrics = new EmbeddedMetrics('test');
        for (const { seconds, pool } of all) {
          metrics.publish('checkDurationSeconds', { kind: 'reset', result: 'waiting' }, seconds);
          metrics.publish('vms', { pool, state: 'leased' }, seconds);
        }
        const lines = takeAll(metrics);
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
    const metrics = new EmbeddedMetrics('test');
    for (let n = 0; n < 150; n++) metrics.publish('checkDurationSeconds', { kind: 'check', result: 'failed' }, n);
    metrics.publish('grants', { pool: 'lab' });
    for (const line of takeAll(metrics)) {
      const declared = declarationsOf(line).flatMap((declaration) => declaration.Metrics.map(({ Name }) => Name));
      expect(declared.sort()).toEqual(Object.keys(line.fields).sort());
    }
  });
});
