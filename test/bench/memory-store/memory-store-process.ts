/**
 * Times the memory store in this process: `node memory-store-process.mjs <VMs> <variant> <cycles>`.
 *
 * Half of the VMs stay leased, each to another user and until another second. Each cycle lends one of the other half to
 * a random user, takes it back and frees it. The time includes garbage collection.
 *
 * The variant `bare-map` replaces the store by one queue and one `Map` of as many VMs and users, with as many look-ups.
 * It shows the cost of larger data for any program here: the caches of the CPU hold the small pool, but not the large
 * one.
 */
import Queue from 'yocto-queue';
import type { Act } from '../../../lambda/pool/event.ts';
import { REAPER } from '../../../lambda/pool/event.ts';
import type { Vm } from '../../../lambda/pool/vm.ts';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const FIRST_END_SEC = NOW_MS / 1000 + 3_600;
const BORROWERS = 4_096;
/** Enough for the optimising compiler, and to fill the store's memory of releases. */
const UNTIMED_CYCLES = 60_000;

const [vms, variant, cycles] = process.argv.slice(2);
const withKeys = variant === 'with-keys';
const borrowers = Array.from({ length: BORROWERS }, (_, n) => `borrower-${n}@example.com`);
let seed = 1;
let leases = 0;

const run = variant === 'bare-map' ? bareCycles(Number(vms)) : storeCycles(await halfLeased(Number(vms)));
await run(UNTIMED_CYCLES);
const startedNs = process.hrtime.bigint();
await run(Number(cycles));
const nsPerCycle = Number(process.hrtime.bigint() - startedNs) / Number(cycles);
process.send?.(nsPerCycle);

async function halfLeased(count: number): Promise<MemoryStore> {
  const filled = new MemoryStore();
  const inventory = Array.from({ length: count }, (_, n) => mockVm(n));
  await filled.sync(inventory, actOf(REAPER));
  for (let n = 0; n < count / 2; n += 1) {
    const userId = `holder-${n}@example.com`;
    await filled.acquire({
      pool: 'default',
      userId,
      leaseId: `held-${n}`,
      expiresAtSec: FIRST_END_SEC + n,
      ...(withKeys && { idempotency: { key: `held-key-${n}`, fingerprint: 'same' } }),
      act: actOf(userId),
    });
  }
  return filled;
}

function storeCycles(store: MemoryStore): (count: number) => Promise<void> {
  return async (count) => {
    for (let n = 0; n < count; n += 1) {
      const userId = anyBorrower();
      const leaseId = `lease-${(leases += 1)}`;
      const act = actOf(userId);
      await store.acquire({
        pool: 'default',
        userId,
        leaseId,
        expiresAtSec: FIRST_END_SEC + leases,
        ...(withKeys && { idempotency: { key: `key-${leases}`, fingerprint: 'same' } }),
        act,
      });
      const returned = await store.release({ userId, leaseId, act });
      const free = { state: 'free', failures: 0, draining: false } as const;
      const passed = { kind: 'check_passed', vmId: returned.vm.id, act: actOf(REAPER) } as const;
      const { applied } = await store.change(returned, free, passed);
      if (!applied) throw new Error(`${returned.vm.id} is not free`);
    }
  };
}

function bareCycles(vmCount: number): (count: number) => Promise<void> {
  const free = new Queue<Vm>();
  const byUser = new Map<string, { vm: Vm; leaseId: string }>();
  for (let n = 0; n < vmCount / 2; n += 1) {
    free.enqueue(mockVm(n));
    byUser.set(`holder-${n}@example.com`, { vm: mockVm(n), leaseId: `held-${n}` });
  }
  return async (count) => {
    for (let n = 0; n < count; n += 1) {
      const userId = anyBorrower();
      const vm = free.dequeue();
      if (vm === undefined || byUser.has(userId)) throw new Error('nothing to lend');
      byUser.set(userId, { vm, leaseId: `lease-${(leases += 1)}` });
      const held = byUser.get(userId);
      byUser.delete(userId);
      if (held !== undefined) free.enqueue(held.vm);
    }
  };
}

/** The same borrowers in the same order in every process, from the high bits of a linear congruential generator. */
function anyBorrower(): string {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return borrowers[seed >>> 20] ?? '';
}

function actOf(who: string): Act {
  return { who, nowMs: NOW_MS, requestId: `request-${leases}` };
}

function mockVm(n: number): Vm {
  return { id: `vm-${n}`, pool: 'default', ip: '192.0.2.1', port: 22, username: 'tester' };
}
