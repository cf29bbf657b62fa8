import { expect } from '@jest/globals';
import type { PoolEvent } from '../../lambda/pool/event.ts';
import { REAPER } from '../../lambda/pool/event.ts';
import type { FigureName } from '../../lambda/pool/meter.ts';
import type { OperatorStore } from '../../lambda/pool/ports.ts';
import type { Tally } from '../../lambda/telemetry/meter.ts';

/** Expects that what was counted is what the events of these VMs say happened. */
export async function expectFiguresAsEvents(
  tally: Tally,
  store: OperatorStore,
  vmIds: readonly string[],
): Promise<void> {
  const pages = await Promise.all(vmIds.map((vmId) => store.events({ vmId, limit: 100_000 })));
  const events = pages.flatMap(({ items }) => items);
  const happened = (...kinds: PoolEvent['kind'][]) => events.filter(({ kind }) => kinds.includes(kind)).length;
  const byReaper = events.filter(({ kind, act }) => kind === 'quarantined' && act.who === REAPER).length;
  expect({
    grants: sum(tally, 'grants'),
    renewals: sum(tally, 'renewals'),
    releases: sum(tally, 'releases'),
    expiries: sum(tally, 'expiries'),
    quarantines: sum(tally, 'quarantines'),
    passed: checks(tally, 'passed'),
    failed: checks(tally, 'failed'),
  }).toEqual({
    // A lease that moves to another VM is the same grant.
    grants: happened('acquired') - happened('exchanged'),
    renewals: happened('renewed'),
    releases: happened('released', 'force_released'),
    expiries: happened('expired'),
    quarantines: byReaper,
    passed: happened('check_passed'),
    failed: happened('check_failed') + byReaper,
  });
}

function sum(tally: Tally, figure: FigureName): number {
  return tally.series().reduce((total, { name, value }) => total + (name === figure ? value : 0), 0);
}

function checks(tally: Tally, result: string): number {
  const found = tally
    .series()
    .filter(({ name, labels }) => name === 'checkDurationSeconds' && labels.result === result);
  return found.reduce((total, { count }) => total + count, 0);
}
