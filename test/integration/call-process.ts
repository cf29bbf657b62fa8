/** One process of the function that serves one call, and is perhaps killed during it. */
import type { Act } from '../../lambda/pool/event.ts';
import { REAPER, secondsOf } from '../../lambda/pool/event.ts';
import type { Order } from '../../lambda/pool/orders.ts';
import type { PoolRules } from '../../lambda/pool/pool.ts';
import type { Vm } from '../../lambda/pool/vm.ts';
import { START_LIMIT_SEC, stopVm } from '../support/pool/stopped.ts';
import type { FunctionProcess } from '../support/processes/function-process.ts';
import { functionProcess, outcomeOf } from '../support/processes/function-process.ts';
import { serveTask } from '../support/processes/worker-task.ts';

/** The use case that is called, with its parameters. */
export type Call =
  | { readonly use: 'acquire'; readonly userId: string; readonly idempotencyKey: string }
  | { readonly use: 'release' | 'renew' | 'begin' | 'exchange'; readonly userId: string }
  | { readonly use: 'stop'; readonly vmId: string }
  | { readonly use: 'tidy' | 'sync' }
  | { readonly use: 'order'; readonly order: Order; readonly vmId: string };

/** A call, and the table, VMs and time that it meets. */
export interface CallTask {
  readonly tableName: string;
  readonly inventory: readonly Vm[];
  readonly failing: readonly string[];
  /** Rules of the default pool, if it does not follow the settings. */
  readonly rules?: PoolRules | undefined;
  readonly nowMs: number;
  readonly call: Call;
}

serveTask(async ({ tableName, inventory, failing, rules, nowMs, call }: CallTask) => {
  const service = functionProcess({ tableName, vms: inventory, clock: () => nowMs });
  for (const vmId of failing) service.provider.failing.add(vmId);
  if (rules !== undefined) service.provider.pools.set(rules.name, rules);
  await serve(service, call, { who: REAPER, nowMs, requestId: 'killed' });
  return 'done';
});

async function serve({ lending, operations, upkeep, store }: FunctionProcess, call: Call, act: Act): Promise<unknown> {
  switch (call.use) {
    case 'acquire':
      return lending.acquire({ ...call, minutes: 10 }, 'killed');
    case 'release':
      return lending.release(call, 'killed');
    case 'renew':
      return lending.renew({ ...call, minutes: 60 }, 'killed');
    case 'begin':
      return store.begin({ ...call, act });
    case 'exchange': {
      const grant = await store.find(call.userId, secondsOf(act));
      // Another VM may not be free.
      return grant && outcomeOf(store.exchange({ grant, reason: 'a test', startLimitSec: START_LIMIT_SEC, act }));
    }
    case 'stop':
      return stopVm(store, call.vmId, act);
    case 'tidy':
      return upkeep.tidy('killed', 100);
    case 'sync':
      return upkeep.sync('killed');
    case 'order':
      return operations.order({ ...call, reason: 'a test', operator: 'an operator' }, 'killed');
  }
}
