import type { Probe } from './probe.ts';
import { ALARMS } from './probes/alarms.ts';
import { BILL } from './probes/bill.ts';
import { BROWSERS } from './probes/browsers.ts';
import { CALLERS } from './probes/callers.ts';
import { DEPLOYERS } from './probes/deployers.ts';
import { INSTANCES } from './probes/instances.ts';
import { INSTANCES_BY_HAND } from './probes/instances-by-hand.ts';
import { KEYS } from './probes/keys.ts';
import { LOAD } from './probes/load.ts';
import { LOGS } from './probes/logs.ts';
import { METRICS } from './probes/metrics.ts';
import { STATE } from './probes/state.ts';
import { TABLE } from './probes/table.ts';
import { UPKEEP } from './probes/upkeep.ts';
import { VISITS } from './probes/visits.ts';

/** All probes, in the order in which they run. */
export const PROBES: readonly Probe[] = [
  ...CALLERS,
  ...BROWSERS,
  ...UPKEEP,
  ...LOGS,
  ...METRICS,
  ...ALARMS,
  ...TABLE,
  ...KEYS,
  ...VISITS,
  ...INSTANCES,
  ...INSTANCES_BY_HAND,
  ...STATE,
  ...DEPLOYERS,
  ...BILL,
  ...LOAD,
];
