import type { Journal, JournalEntry } from './journal.ts';
import type { Lending } from './lending.ts';
import type { Clock } from './ports.ts';
import { VM_STATES } from './vm.ts';
import type { PoolCounts } from './vm.ts';

/** The reaper's scheduled run. @param requestId - id of the invocation, for the log */
export type Tick = (requestId: string) => Promise<void>;

/** Takes back what ended, checks what waits for it, and publishes the figures of every pool. */
export function createTick(lending: Lending, journal: Journal, clock: Clock): Tick {
  return async (requestId) => {
    const startedMs = clock();
    const { reaped, checked, pools } = await lending.survey();
    for (const [pool, counts] of pools) journal(poolEntry(pool, counts));
    journal({ message: 'tick', fields: { requestId, durationMs: clock() - startedMs, reaped, checked } });
  };
}

const METRIC_OF = {
  free: 'VmsFree',
  leased: 'VmsLeased',
  checking: 'VmsChecking',
  quarantined: 'VmsQuarantined',
} as const;

function poolEntry(pool: string, counts: PoolCounts): JournalEntry {
  const metrics = VM_STATES.map((state) => {
    return { name: METRIC_OF[state], unit: 'Count', value: counts[state], by: { pool } } as const;
  });
  return { message: 'pool', fields: { pool, ...counts }, metrics };
}
