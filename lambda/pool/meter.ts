import type { Lease } from './lease.ts';
import type { PoolRules } from './pool.ts';
import type { Vm, VmState } from './vm.ts';

type OfPool = Pick<Vm, 'pool'>;
type NoLabels = Readonly<Record<string, never>>;

/** What is counted and measured, with its labels. `telemetry/figures.ts` says how each is published. */
export interface Figures {
  readonly requestDurationSeconds: { readonly route: string; readonly status: string };
  readonly grants: OfPool;
  readonly refusals: { readonly code: string };
  readonly emptyPools: NoLabels;
  readonly releases: OfPool;
  readonly expiries: OfPool;
  readonly renewals: NoLabels;
  readonly leaseSeconds: OfPool;
  readonly loginCredentials: { readonly access: PoolRules['access'] };
  readonly checkDurationSeconds: {
    readonly kind: 'check' | 'reset';
    readonly result: 'passed' | 'failed' | 'waiting';
  };
  readonly quarantines: OfPool;
  readonly vms: OfPool & { readonly state: VmState };
  readonly poweredVms: OfPool & { readonly power: 'running' | 'stopped' };
  readonly stoppedSeconds: OfPool;
  readonly leasesOverdue: NoLabels;
  readonly oldestCheckSeconds: NoLabels;
  readonly inventoryFaults: NoLabels;
  readonly storeRetries: NoLabels;
  readonly storeConflicts: NoLabels;
}

/** Name of a figure. */
export type FigureName = keyof Figures;

/**
 * Counts and measures: a port, so that the rules know nothing of metrics. Adds `value` to a counter, sets a gauge to
 * it, or takes it as one more measurement. Never throws.
 *
 * @param value - 1 by default; of a figure whose name ends with `Seconds`, seconds
 */
export type Meter = <Name extends FigureName>(name: Name, labels: Figures[Name], value?: number) => void;

/** Counts the end of a lease and its length. @param endSec - when it was given back or taken back, UTC epoch seconds */
export function meterEnd(
  meter: Meter,
  how: 'releases' | 'expiries',
  { pool }: OfPool,
  { acquiredAtSec, expiresAtSec }: Lease,
  endSec: number,
): void {
  meter(how, { pool });
  meter('leaseSeconds', { pool }, Math.min(endSec, expiresAtSec) - acquiredAtSec);
}
