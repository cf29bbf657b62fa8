import type { FigureName } from '../pool/meter.ts';
import { VM_STATES } from '../pool/vm.ts';
import { capitalised, figureOf } from './figures.ts';

/** What a figure means. */
export interface FigureDocumentation {
  /** In one sentence without a full stop; the HELP line in Prometheus. */
  readonly meaning: string;
  /** Where the figure exists, if not everywhere. */
  readonly onlyWith?: 'a table' | 'an inventory' | 'stopped VMs';
  /** Why Prometheus does not get it. */
  readonly notInPrometheus?: string;
}

/** The meaning of every figure. */
export const FIGURE_DOCUMENTATION: Readonly<Record<FigureName, FigureDocumentation>> = {
  requestDurationSeconds: { meaning: 'How long the service took to answer requests' },
  grants: { meaning: 'Leases that began' },
  refusals: { meaning: 'Calls of getvm that got no VM, by the code of the answer' },
  emptyPools: {
    meaning: 'Calls of getvm that found no free VM; 0 for each other call of getvm',
    notInPrometheus: 'it is `vm_pool_refusals_total` with the code `pool_empty`',
  },
  releases: { meaning: 'Leases that their holder or an operator ended' },
  expiries: { meaning: 'Leases that reached their end and were taken back' },
  renewals: { meaning: 'Leases that were extended' },
  leaseSeconds: { meaning: 'Length of the leases that are over' },
  loginCredentials: { meaning: 'Login credentials given to holders, by the way to log in' },
  checkDurationSeconds: {
    meaning: 'How long checks of VMs took; a reset is a check that cleans the VM first, and one that waits is not over',
  },
  quarantines: { meaning: 'VMs that failed their checks too often and left the pool' },
  vms: { meaning: 'VMs by state' },
  poweredVms: { meaning: 'Free VMs that run, and free VMs that are stopped', onlyWith: 'stopped VMs' },
  stoppedSeconds: {
    meaning: 'How long VMs were stopped, all together',
    onlyWith: 'stopped VMs',
  },
  leasesOverdue: { meaning: 'Leases that have ended and were not taken back yet' },
  oldestCheckSeconds: { meaning: 'How overdue the check is that waits longest' },
  inventoryFaults: {
    meaning: "Whether the newest inventory can't be used: 1 or 0, as of the last tick",
    onlyWith: 'an inventory',
  },
  storeRetries: { meaning: 'Requests to the table that were sent again', onlyWith: 'a table' },
  storeConflicts: {
    meaning: 'Transactions that another change of the same VM or user cancelled, and that were tried again',
    onlyWith: 'a table',
  },
};

/** Name of a figure in Prometheus: https://prometheus.io/docs/practices/naming/ */
export function prometheusName(name: FigureName): string {
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return `vm_pool_${snake}${figureOf(name).kind === 'counter' ? '_total' : ''}`;
}

/** Values of the labels that are part of a name in CloudWatch. */
const LABEL_VALUES: Readonly<Record<string, readonly string[]>> = {
  status: ['200', '404', '500'],
  kind: ['check', 'reset'],
  result: ['passed', 'failed', 'waiting'],
  state: VM_STATES,
  power: ['running', 'stopped'],
};

/** Names of all metrics that a figure is in CloudWatch; those of VMs exist once for each pool. */
export function cloudWatchNames(name: FigureName): readonly string[] {
  const { labels, cloudWatch } = figureOf(name);
  if (cloudWatch === undefined) return [capitalised(name)];
  const all = labels.reduce<Record<string, string>[]>(
    (some, label) =>
      some.flatMap((known) => (LABEL_VALUES[label] ?? ['']).map((value) => ({ ...known, [label]: value }))),
    [{}],
  );
  return [...new Set(all.map(cloudWatch))];
}
