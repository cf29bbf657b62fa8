import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PoolEvent } from '../../lambda/pool/event.ts';
import type { Order } from '../../lambda/pool/orders.ts';
import type { Clock, LeaseStore } from '../../lambda/pool/ports.ts';
import { isRefusal } from '../../lambda/pool/refusals.ts';
import type { VmState } from '../../lambda/pool/vm.ts';
import { serviceOver, someVms, TestProvider } from '../support/pool/lending.ts';

/** Makes the stores of several processes that share their leases, each with the clock of its process. */
export type SharedStoresFactory = (clocks: readonly Clock[]) => Promise<readonly LeaseStore[]>;

const VMS = someVms(2);

/** One process of the service. */
function processOver(store: LeaseStore, clock: Clock) {
  return { ...serviceOver({ store, provider: new TestProvider(VMS), clock }), clock };
}

type Process = ReturnType<typeof processOver>;

type Call =
  | { readonly kind: 'acquire' | 'renew' | 'release'; readonly userId: string }
  | { readonly kind: 'order'; readonly order: Order; readonly vmId: string }
  | { readonly kind: 'tidy' }
  | { readonly kind: 'sync'; readonly vms: number };

async function make(call: Call, { lending, operations, upkeep, store, clock }: Process): Promise<unknown> {
  switch (call.kind) {
    case 'acquire':
      return lending.acquire({ userId: call.userId, minutes: 60 }, 'r');
    case 'renew':
      return lending.renew({ userId: call.userId, minutes: 600 }, 'r');
    case 'release':
      return lending.release({ userId: call.userId }, 'r');
    case 'order':
      return operations.order({ ...call, reason: 'a test', operator: 'op' }, 'r');
    case 'tidy':
      return upkeep.tidy('r', 10);
    case 'sync':
      return store.sync(VMS.slice(0, call.vms), { who: 'reaper', nowMs: clock(), requestId: 'r' });
  }
}

const userId = fc.constantFrom('alice', 'bob', 'carol');
const order = fc.constantFrom<Order>('drain', 'return', 'quarantine', 'release');
const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('acquire' as const), userId }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('renew', 'release'), userId }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('order' as const), order, vmId: fc.constantFrom('vm-01', 'vm-02') }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'tidy' } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sync' as const), vms: fc.constantFrom(1, 2) }) },
);
/** Calls at the same moment, each made by one of two processes. */
const moment = fc.array(fc.record({ process: fc.constantFrom(0, 1), call }), { minLength: 1, maxLength: 5 });
const apartMs = fc.constantFrom(0, 300, 40 * 60_000, 2 * 3600_000, -24 * 3600_000);

/** What is wrong with the events of a VM. @param events - newest first @param state - of the VM now */
function orderFaults(events: readonly PoolEvent[], state: VmState | undefined): string[] {
  const newer = [{ from: state, atMs: Infinity, kind: 'now' }, ...events];
  return [...events, { to: undefined, atMs: -Infinity, kind: 'unknown' }].flatMap(({ to, atMs, kind }, place) => {
    const next = newer[place];
    const faults: string[] = [];
    if (next?.from !== to)
      faults.push(`${kind} leads to ${String(to)}, then ${String(next?.kind)} starts from ${String(next?.from)}`);
    if (next !== undefined && next.atMs < atMs) faults.push(`${next.kind} is earlier than ${kind}, which it follows`);
    return faults;
  });
}

/** The events of a VM are its history, in the order in which it happened, whatever the clocks of the processes show. */
export function describeEventOrder(name: string, makeStores: SharedStoresFactory, numRuns: number): void {
  describe(`events of ${name}`, () => {
    it('each start in the state that the previous one led to, and never before it', async () => {
      await fc.assert(
        fc.asyncProperty(apartMs, fc.array(moment, { minLength: 3, maxLength: 10 }), async (apart, moments) => {
          const clocks: Clock[] = [Date.now, () => Date.now() + apart];
          const stores = await makeStores(clocks);
          const processes = stores.map((store, place) => processOver(store, clocks[place] ?? Date.now));
          const [first] = processes;
          if (first === undefined) throw new Error('no process');
          await first.upkeep.sync('r');
          for (const calls of moments) {
            const made = calls.map(async ({ process, call: wanted }) => make(wanted, processes[process] ?? first));
            for (const outcome of await Promise.allSettled(made)) {
              if (outcome.status === 'rejected' && !isRefusal(outcome.reason)) throw outcome.reason;
            }
          }
          for (const { id: vmId } of VMS) {
            const { items } = await first.store.events({ vmId, limit: 1_000 });
            expect(orderFaults(items, (await first.store.status(vmId))?.state)).toEqual([]);
          }
        }),
        { numRuns },
      );
    }, 120_000);
  });
}
