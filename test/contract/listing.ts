import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LeaseStore } from '../../lambda/pool/ports.ts';
import type { Vm, VmState } from '../../lambda/pool/vm.ts';
import { VM_STATES } from '../../lambda/pool/vm.ts';
import type { StoreFactory } from '../support/pool/lending.ts';
import { AT_NOON, NOON_SEC, someVms } from '../support/pool/lending.ts';

const VMS = [...someVms(5), ...someVms(2, 'large', 'big')];
const IDS = VMS.map(({ id }) => id).sort();
const LOOKS = 20;

/** One user borrows a VM, gives it back, and its check passes. */
async function borrowOnce(store: LeaseStore, userId: string): Promise<void> {
  const act = { who: userId, nowMs: NOON_SEC * 1000, requestId: randomUUID() };
  const request = { pool: 'default', userId, leaseId: randomUUID(), expiresAtSec: NOON_SEC + 60, act };
  await store.acquire(request);
  await giveBackAndFree(store, userId);
}

async function giveBackAndFree(store: LeaseStore, userId: string): Promise<void> {
  const act = { who: userId, nowMs: NOON_SEC * 1000, requestId: randomUUID() };
  const returned = await store.release({ userId, act });
  const event = { kind: 'check_passed', vmId: returned.vm.id, act } as const;
  await store.change(returned, { state: 'free', failures: 0, draining: false }, event);
}

/** Calls `look` {@link LOOKS} times while users borrow and give back. */
async function duringChurn<Seen>(store: LeaseStore, look: () => Promise<Seen>): Promise<Seen[]> {
  let isOver = false;
  const users = ['alice', 'bob', 'carol', 'dave'].map(async (userId) => {
    while (!isOver) {
      await borrowOnce(store, userId);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  const seen: Seen[] = [];
  while (seen.length < LOOKS) seen.push(await look());
  isOver = true;
  await Promise.all(users);
  return seen;
}

/** Ids of all VMs, read page by page. @param afterPage - runs after each page that is not the last */
async function listed(
  store: LeaseStore,
  limit: number,
  afterPage?: (page: number) => Promise<void>,
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let page = 1; page === 1 || cursor !== undefined; page++) {
    const { items, cursor: next } = await store.statuses({ limit, cursor });
    ids.push(...items.map(({ vm }) => vm.id));
    cursor = next;
    if (cursor !== undefined) await afterPage?.(page);
  }
  return ids.sort();
}

/** What operators and callers see of all VMs, while the VMs change. */
export function describeListing(name: string, makeStore: StoreFactory): void {
  describe(`VMs listed by ${name} while they change`, () => {
    let store: LeaseStore;

    beforeEach(async () => {
      store = await makeStore();
      await store.sync(VMS, AT_NOON);
    });

    it('are each listed once, however many users borrow meanwhile', async () => {
      const listings = await duringChurn(store, () => listed(store, 100));
      expect(listings).toEqual(listings.map(() => IDS));
    });

    it('are each listed once, page by page', async () => {
      const listings = await duringChurn(store, () => listed(store, 2));
      expect(listings).toEqual(listings.map(() => IDS));
    });

    it('are each listed once when they are given back after the second page', async () => {
      const act = { who: 'test', nowMs: NOON_SEC * 1000, requestId: 'r-1' };
      const users = ['alice', 'bob', 'carol'];
      for (const userId of users) {
        await store.acquire({ pool: 'default', userId, leaseId: userId, expiresAtSec: NOON_SEC + 60, act });
      }
      const giveBack = async (page: number) => {
        if (page === 2) await Promise.all(users.map((userId) => giveBackAndFree(store, userId)));
      };
      expect(await listed(store, 1, giveBack)).toEqual(IDS);
    });

    it('are each listed once when the inventory moves them between pools after each page', async () => {
      const [first, second] = VMS as [Vm, Vm];
      const swap = async (page: number) => {
        const pools = page % 2 === 0 ? ['default', 'large'] : ['large', 'default'];
        const moved = [first, second].map((vm, place) => ({ ...vm, pool: pools[place] ?? '' }));
        await store.sync([...moved, ...VMS.slice(2)], AT_NOON);
      };
      expect(await listed(store, 1, swap)).toEqual(IDS);
    });

    it('are shown in the state that a change has just left them in', async () => {
      const stateOf = async (id: string): Promise<VmState | undefined> => {
        return (await store.statuses({ limit: 100 })).items.find(({ vm }) => vm.id === id)?.state;
      };
      const act = { who: 'alice', nowMs: NOON_SEC * 1000, requestId: 'r-1' };
      const request = { pool: 'default', userId: 'alice', leaseId: 'l-1', expiresAtSec: NOON_SEC + 60, act };
      const { vm } = await store.acquire(request);
      expect(await stateOf(vm.id)).toBe('leased');
      await store.release({ userId: 'alice', act });
      expect(await stateOf(vm.id)).toBe('checking');
    });

    it('are each due once, however many users borrow meanwhile', async () => {
      const looks = await duringChurn(store, () => store.due(NOON_SEC + 60, 10));
      for (const due of looks) {
        const ids = due.map(({ vm }) => vm.id);
        expect(ids).toEqual([...new Set(ids)]);
      }
    });

    it('are all in the counts, however many users borrow meanwhile', async () => {
      const sums = await duringChurn(store, async () => {
        const counts = (await store.counts(NOON_SEC)).get('default');
        return VM_STATES.reduce((sum, state) => sum + (counts?.[state] ?? 0), 0);
      });
      expect(sums).toEqual(sums.map(() => 5));
    });
  });
}
