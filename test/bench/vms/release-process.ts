/**
 * Releases a VM again and again: `node release-process.mjs <rounds> [<inventory> <authority>]`. Without an inventory it
 * is a mock VM. Sends how long each release took until the VM was free.
 */
import { randomUUID } from 'node:crypto';
import type { VmProvider } from '../../../lambda/pool/provider.ts';
import type { Vm } from '../../../lambda/pool/vm.ts';
import { MockProvider } from '../../../lambda/providers/mock.ts';
import { createRealVms } from '../../../lambda/real-vms.ts';
import { composeService } from '../../../lambda/service.ts';
import { loadSettings } from '../../../lambda/settings.ts';
import type { Settings } from '../../../lambda/settings-types.ts';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import { POOL, vmsOf } from '../dynamodb/pool.ts';

/** One release. */
export interface Freed {
  /** What the service and the VM did, milliseconds. */
  readonly workMs: number;
  /** What the VM waited before its check, seconds; not waited in fact. */
  readonly waitSec: number;
}

const REQUEST = 'bench';
const LEASE_SEC = 3_600;

const [rounds = '', inventory, authority = ''] = process.argv.slice(2);
let aheadMs = 0;
const clock = () => Date.now() + aheadMs;
const settings = loadSettings(
  inventory === undefined
    ? {}
    : { PROVIDER: 'static', INVENTORY: inventory, CERTIFICATE_AUTHORITY: authority, CHECK_TIMEOUT_SECONDS: '20' },
);
const store = new MemoryStore();
const { upkeep, lending } = composeService(settings, { store, provider: await providerOf(settings), clock, write });

await upkeep.sync(REQUEST);
await upkeep.tidy(REQUEST, 1);
// Untimed: it loads what checks need.
await releaseOne();
const freed: Freed[] = [];
while (freed.length < Number(rounds)) freed.push(await releaseOne());
process.send?.(freed);

async function providerOf({ provider, check, limits }: Settings): Promise<VmProvider> {
  if (provider.kind === 'mock') return new MockProvider([], vmsOf(1));
  return (await createRealVms(provider, { check, limits }, clock)).provider;
}

async function releaseOne(): Promise<Freed> {
  const userId = 'alice@example.com';
  await lend(userId);
  const startedMs = performance.now();
  const { state, dueAtSec = 0, reason } = await lending.release({ userId }, REQUEST);
  const workMs = performance.now() - startedMs;
  if (state === 'free') return { workMs, waitSec: 0 };
  const waitSec = dueAtSec - Math.floor(clock() / 1000);
  aheadMs += waitSec * 1000;
  return { workMs: workMs + (await tidied(reason)), waitSec };
}

/** Without a login: only some VMs have one here. */
async function lend(userId: string): Promise<Vm> {
  const nowMs = clock();
  const act = { who: userId, nowMs, requestId: REQUEST };
  const expiresAtSec = Math.floor(nowMs / 1000) + LEASE_SEC;
  return (await store.acquire({ pool: POOL, userId, leaseId: randomUUID(), expiresAtSec, act })).vm;
}

/** @param reason - why the VM was not free at once */
async function tidied(reason = ''): Promise<number> {
  const startedMs = performance.now();
  await upkeep.tidy(REQUEST, 1);
  const workMs = performance.now() - startedMs;
  if ((await upkeep.counts()).get(POOL)?.free === 1) return workMs;
  throw new Error(`the VM is not free after its check: ${reason}`);
}

function write(line: string): void {
  process.stderr.write(`${line}\n`);
}
