/** What is to be done about the free VMs of a pool that run, or don't. Pure: time and states are passed in. */
import type { PowerState } from './provider.ts';
import type { VmStatus } from './vm.ts';

/** What a plan for a pool goes by. */
export interface PowerFacts {
  /** Every free VM of the pool. */
  readonly free: readonly VmStatus[];
  readonly states: ReadonlyMap<string, PowerState>;
  /** VMs that will be free and run when their check is over. */
  readonly coming: number;
  /** Free VMs that are to run. */
  readonly minRunning: number;
  /** How long a VM must be free before it is stopped, seconds. Undefined: none is ever stopped. */
  readonly idleSec: number | undefined;
  readonly nowSec: number;
}

/** A VM that goes through a check, which starts it if it is stopped. */
export interface ToCheck {
  readonly status: VmStatus;
  readonly reason: string;
}

/** Free VMs by what is to be done with them. */
export interface PowerPlan {
  readonly check: readonly ToCheck[];
  /** VMs that are stopped already. */
  readonly mark: readonly VmStatus[];
  readonly stop: readonly VmStatus[];
}

/** Why a VM is stopped that nobody here has stopped. */
export const STOPPED_OUTSIDE = 'stopped outside of vm-pool';
const STARTED_OUTSIDE = 'started outside of vm-pool';
const TO_RUN = 'more free VMs are to run';

/**
 * How long a VM must be free before its state counts against what the store says, seconds: what the provider has found
 * may be older than the VM's last step.
 */
const SETTLED_SEC = 60;

/**
 * Says which VMs of a pool are to be stopped or started: those free for longest are stopped first. Whoever looks at the
 * same moment says the same, so that two ticks at once do not stop more than one.
 */
export function powerPlan(facts: PowerFacts): PowerPlan {
  const { free, minRunning, coming, idleSec } = facts;
  const found = (finding: Finding) => free.filter((status) => findingOf(status, facts) === finding);
  const [running, stopped, unclear] = [found('running'), found('stopped'), found('unclear')];
  const [begun, ended] = [found('started outside'), found('stopped outside')];
  // In a pool that stops none, a stopped VM is to run.
  const [mark, mend] = idleSec === undefined ? [[], ended] : [ended, []];
  const expected = running.length + unclear.length + begun.length + mend.length + coming;
  const start = stopped.slice(0, Math.max(0, minRunning - expected));
  return {
    check: [...because(STARTED_OUTSIDE, begun), ...because(STOPPED_OUTSIDE, mend), ...because(TO_RUN, start)],
    mark,
    stop: idle(facts, running).slice(0, Math.max(0, running.length - minRunning)),
  };
}

/** What was found of a free VM. One of which nothing can be said may run by now: a later look will show it. */
type Finding = 'running' | 'stopped' | 'started outside' | 'stopped outside' | 'unclear' | 'gone';

function findingOf(status: VmStatus, { states, nowSec }: PowerFacts): Finding {
  const { vm, stopped } = status;
  const state = states.get(vm.id);
  if (state === (stopped ? 'stopped' : 'running')) return state;
  if (isSettled(status, nowSec)) {
    if (state === 'running') return 'started outside';
    if (state === 'stopped') return 'stopped outside';
  }
  return stopped || state === 'gone' ? 'gone' : 'unclear';
}

function isSettled({ freeSinceSec = 0 }: VmStatus, nowSec: number): boolean {
  return nowSec - freeSinceSec >= SETTLED_SEC;
}

function because(reason: string, statuses: readonly VmStatus[]): ToCheck[] {
  return statuses.map((status) => ({ status, reason }));
}

/** Those that have been free for long enough, the longest first. */
function idle({ idleSec = Infinity, nowSec }: PowerFacts, running: readonly VmStatus[]): VmStatus[] {
  const freeSec = ({ freeSinceSec = 0 }: VmStatus) => nowSec - freeSinceSec;
  return running.filter((status) => freeSec(status) >= idleSec).sort((one, other) => freeSec(other) - freeSec(one));
}
