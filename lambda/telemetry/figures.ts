import type { FigureName, Figures } from '../pool/meter.ts';

/** Labels of any figure. */
export type Labels = Readonly<Record<string, string>>;

/** How a figure is published. */
export interface Figure<Own = Labels> {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly (keyof Own)[];
  /** Name in CloudWatch, which may depend on labels; by default that of the figure, with a capital letter. */
  readonly cloudWatch?: (labels: Own) => string;
  /** Whether each pool is a metric of its own in CloudWatch, which has a price; `pool` is then its dimension. */
  readonly byPool?: boolean;
}

/**
 * All figures, by name. In Prometheus a figure is `vm_pool_` and its name in snake case. A figure whose name ends with
 * `Seconds` is in seconds. What each means stands in `figures-documentation.ts`, which no bundle needs.
 */
export const FIGURES: { readonly [Name in FigureName]: Figure<Figures[Name]> } = {
  requestDurationSeconds: {
    kind: 'histogram',
    labels: ['route', 'status'],
    cloudWatch: ({ status }) => `RequestSeconds${status.charAt(0)}xx`,
  },
  grants: counter('pool'),
  refusals: counter('code'),
  emptyPools: counter(),
  releases: counter('pool'),
  expiries: counter('pool'),
  renewals: counter(),
  leaseSeconds: counter('pool'),
  loginCredentials: counter('access'),
  checkDurationSeconds: {
    kind: 'histogram',
    labels: ['kind', 'result'],
    cloudWatch: ({ kind, result }) => `${capitalised(kind)}Seconds${capitalised(result)}`,
  },
  quarantines: counter('pool'),
  vms: {
    kind: 'gauge',
    labels: ['pool', 'state'],
    cloudWatch: ({ state }) => `Vms${capitalised(state)}`,
    byPool: true,
  },
  poweredVms: {
    kind: 'gauge',
    labels: ['pool', 'power'],
    cloudWatch: ({ power }) => `FreeVms${capitalised(power)}`,
    byPool: true,
  },
  stoppedSeconds: counter('pool'),
  leasesOverdue: gauge(),
  oldestCheckSeconds: gauge(),
  inventoryFaults: gauge(),
  storeRetries: counter(),
  storeConflicts: counter(),
};

/** Upper bounds of the buckets of a histogram, seconds; a last bucket takes what is longer. */
export const SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20] as const;

/** The figure of that name, whatever its labels. */
export function figureOf(name: FigureName): Figure {
  return FIGURES[name] as Figure;
}

/** `Grants` of `grants`. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function counter<Label extends string>(...labels: Label[]): Figure<Readonly<Record<Label, string>>> {
  return { kind: 'counter', labels };
}

function gauge(): Figure<Readonly<Record<string, never>>> {
  return { kind: 'gauge', labels: [] };
}
