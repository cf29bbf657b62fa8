import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import { NOON_SEC, someVms } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { counted, countsOf, END_SEC, only, wish } from './fixtures.ts';

/** Who gets a VM, and which refusal everybody else gets. */
export function describeAcquire(currentStore: CurrentStore): void {
  describe('acquire', () => {
    let store: LeaseStore;

    beforeEach(() => {
      store = currentStore();
    });

    it('grants a VM of the pool until the end that was asked for', async () => {
      const request = wish('alice', { pool: 'large', sshPublicKey: 'ssh-ed25519 AAAA' });
      const { vm, lease } = await store.acquire(request);
      expect(vm).toEqual(someVms(1, 'large', 'big')[0]);
      expect(lease).toEqual({
        id: request.leaseId,
        userId: 'alice',
        vmId: vm.id,
        acquiredAtSec: NOON_SEC,
        expiresAtSec: END_SEC,
        sshPublicKey: 'ssh-ed25519 AAAA',
      });
    });

    it('refuses a user who holds a lease, and shows the lease', async () => {
      const { lease } = await store.acquire(wish('alice'));
      await expect(store.acquire(wish('alice', { pool: 'large' }))).rejects.toMatchObject({
        code: 'already_allocated',
        lease,
      });
    });

    it('refuses a user who holds a lease before it looks at the pool', async () => {
      await store.acquire(wish('alice'));
      await expect(store.acquire(wish('alice', { pool: 'huge' }))).rejects.toMatchObject({
        code: 'already_allocated',
      });
    });

    it('refuses when the pool is empty, and shows the counts of that pool', async () => {
      await store.acquire(wish('alice', { pool: 'large' }));
      await expect(store.acquire(wish('bob', { pool: 'large' }))).rejects.toMatchObject({
        code: 'pool_empty',
        pool: 'large',
        counts: counted({ leased: 1 }),
      });
    });

    it('refuses a pool that no VM belongs to', async () => {
      const request = wish('alice', { pool: 'huge' });
      await expect(store.acquire(request)).rejects.toMatchObject({
        code: 'unknown_pool',
        pool: 'huge',
        knownPools: ['default', 'large'],
      });
    });

    it('lends each VM once when more users than VMs come at the same moment', async () => {
      const users = Array.from({ length: 20 }, (_, index) => `user-${String(index)}`);
      const outcomes = await Promise.allSettled(users.map((user) => store.acquire(wish(user))));
      const granted = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.vm.id] : []));
      expect(granted.sort()).toEqual(['vm-01', 'vm-02', 'vm-03']);
      const refusals = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
      );
      for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'pool_empty' });
    });

    it('gives a user who asks many times at the same moment one VM', async () => {
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => store.acquire(wish('alice'))));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await countsOf(store)).toEqual(counted({ free: 2, leased: 1 }));
    });

    it('lends another VM to a user whose lease has ended, although nothing was reaped', async () => {
      const first = await store.acquire(wish('alice'));
      const second = await store.acquire(wish('alice', { nowSec: END_SEC, expiresAtSec: END_SEC + 1 }));
      expect(second.vm.id).not.toBe(first.vm.id);
      expect((await only(store.due(END_SEC, 10))).vm.id).toBe(first.vm.id);
    });
  });
}
