import type { Call } from './call.ts';
import { caPub } from './calls/ca-pub.ts';
import { connectVm } from './calls/connectvm.ts';
import { consolePage } from './calls/console.ts';
import { events } from './calls/events.ts';
import { getVm } from './calls/getvm.ts';
import { health } from './calls/health.ts';
import { leaseOf } from './calls/lease.ts';
import { metrics } from './calls/metrics.ts';
import { openApi } from './calls/openapi.ts';
import { drain, forceRelease, putBack, quarantine } from './calls/orders.ts';
import { pools } from './calls/pool.ts';
import { releaseVm } from './calls/releasevm.ts';
import { renewVm } from './calls/renewvm.ts';
import { signIn } from './calls/sign-in.ts';
import { vms } from './calls/vms.ts';

/** Every call of the API. Dispatcher, OpenAPI document, README tables and tests are derived from this list. */
export const CALLS: readonly Call[] = [
  getVm,
  releaseVm,
  renewVm,
  connectVm,
  leaseOf,
  pools,
  health,
  signIn,
  openApi,
  caPub,
  consolePage,
  vms,
  events,
  drain,
  putBack,
  quarantine,
  forceRelease,
  metrics,
];
