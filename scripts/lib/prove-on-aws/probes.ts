import type { Probe } from './probe.ts';
import { BROWSERS } from './probes/browsers.ts';
import { CALLERS } from './probes/callers.ts';
import { DEPLOYERS } from './probes/deployers.ts';
import { LOAD } from './probes/load.ts';
import { STATE } from './probes/state.ts';
import { UPKEEP } from './probes/upkeep.ts';
import { WATCHING } from './probes/watching.ts';

/** All probes, in the order in which they run. */
export const PROBES: readonly Probe[] = [
  ...CALLERS,
  ...BROWSERS,
  ...UPKEEP,
  ...WATCHING,
  ...STATE,
  ...DEPLOYERS,
  ...LOAD,
];
