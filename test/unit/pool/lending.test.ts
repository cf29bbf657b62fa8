import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import { lendingOver, LIMITS, NOON_SEC, someVms } from '../../support/pool/lending.ts';

const overMemory = () => lendingOver(async () => new MemoryStore(), someVms(2));

describe('Lending', () => {
  let service: Awaited<ReturnType<typeof overMemory>>;

  beforeEach(async () => {
    service = await overMemory();
  });

  it('lends for the default time when none is named', async () => {
    const { lease } = await service.lending.acquire({ userId: 'alice' }, 'r-1');
    expect(lease).toMatchObject({ acquiredAtSec: NOON_SEC, expiresAtSec: NOON_SEC + LIMITS.defaultMinutes * 60 });
  });

  it('refuses a lease longer than the pool allows, before it asks the store', async () => {
    service.store.acquire = () => Promise.reject(new Error('asked'));
    const tooLong = { userId: 'alice', minutes: LIMITS.maxMinutes + 1 };
    await expect(service.lending.acquire(tooLong, 'r-1')).rejects.toMatchObject({
      code: 'lease_too_long',
      latestSec: NOON_SEC + LIMITS.maxMinutes * 60,
    });
  });

  it("returns a login key, or authorizes the user's own", async () => {
    expect((await service.lending.acquire({ userId: 'alice' }, 'r-1')).login).toEqual({ privateKey: 'key of vm-01' });
    const own = { userId: 'bob', sshPublicKey: 'ssh-ed25519 AAAA' };
    expect((await service.lending.acquire(own, 'r-1')).login).toEqual({ authorizedKey: 'ssh-ed25519 AAAA' });
    expect((await service.lending.leaseOf('bob')).login).toEqual({ authorizedKey: 'ssh-ed25519 AAAA' });
  });

  it('returns no key when the lease ends while the key is being made', async () => {
    service.provider.onLogin = () => {
      service.clock.advance(60);
    };
    await expect(service.lending.acquire({ userId: 'alice', minutes: 1 }, 'r-1')).rejects.toMatchObject({
      code: 'no_lease',
    });
  });

  it('checks a VM at its release and lends another one next', async () => {
    await service.lending.acquire({ userId: 'alice' }, 'r-1');
    expect(await service.lending.release({ userId: 'alice' }, 'r-1')).toMatchObject({
      vm: { id: 'vm-01' },
      state: 'free',
    });
    expect(service.provider.checked).toEqual(['vm-01']);
    expect((await service.lending.acquire({ userId: 'alice' }, 'r-1')).vm.id).toBe('vm-02');
  });

  it('treats a check that throws as failed, and shows why', async () => {
    service.provider.check = () => Promise.reject(new Error('no route to host'));
    await service.lending.acquire({ userId: 'alice' }, 'r-1');
    expect(await service.lending.release({ userId: 'alice' }, 'r-1')).toMatchObject({
      state: 'checking',
      reason: 'the check itself failed: no route to host',
    });
  });

  it('reaps ended leases before it refuses with pool_empty', async () => {
    await service.lending.acquire({ userId: 'alice', minutes: 1 }, 'r-1');
    await service.lending.acquire({ userId: 'bob', minutes: 2 }, 'r-1');
    service.clock.advance(60);
    expect((await service.lending.acquire({ userId: 'carol' }, 'r-1')).vm.id).toBe('vm-01');
    await expect(service.lending.acquire({ userId: 'dave' }, 'r-1')).rejects.toMatchObject({ code: 'pool_empty' });
  });

  it("gives a VM back although the result of its check can't be stored", async () => {
    await service.lending.acquire({ userId: 'alice' }, 'r-1');
    service.store.change = () => Promise.reject(new Error('the table is gone'));
    expect(await service.lending.release({ userId: 'alice' }, 'r-2')).toMatchObject({ state: 'checking' });
  });
});
