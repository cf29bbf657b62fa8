import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import { NOON_SEC } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { act, INVENTORY, wish } from './fixtures.ts';

/** All VMs, page by page. */
export function describeStatuses(currentStore: CurrentStore): void {
  describe('statuses', () => {
    let store: LeaseStore;

    beforeEach(() => {
      store = currentStore();
    });

    it('list every VM, page by page', async () => {
      await store.acquire(wish('alice'));
      const ids = [];
      let cursor: string | undefined;
      do {
        const page = await store.statuses({ limit: 3, cursor });
        ids.push(...page.items.map(({ vm }) => vm.id));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(ids.sort()).toEqual(['big-01', 'vm-01', 'vm-02', 'vm-03']);
    });

    it.each(['', 'abc', 'vm-99', '\ufffd~'])('refuse the made-up cursor %j', async (cursor) => {
      await expect(store.statuses({ limit: 3, cursor })).rejects.toMatchObject({ code: 'invalid_cursor' });
    });

    it('continue after a VM that has left the inventory', async () => {
      const page = await store.statuses({ limit: 2 });
      const gone = page.items.map(({ vm }) => vm.id);
      const all = INVENTORY;
      await store.sync(
        all.filter(({ id }) => !gone.includes(id)),
        act('reaper', NOON_SEC),
      );
      const { items } = await store.statuses({ limit: 10, cursor: page.cursor });
      expect([...gone, ...items.map(({ vm }) => vm.id)].sort()).toEqual(all.map(({ id }) => id).sort());
    });
  });
}
