import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../../lambda/store/memory.ts';
import { lendingOver, LIMITS, MAX_FAILURES, NOON_SEC, someVms } from '../../support/lending.ts';

const overMemory = () => lendingOver(async (vms) => new MemoryStore(vms, MAX_FAILURES), someVms(2));

describe('Lending', () => {
  let service: Awaited<ReturnType<typeof overMemory>>;

  beforeEach(async () => {
    service = await overMemory();
  });

  it('lends for the default time when none is named', async () => {
    const { lease } = await service.lending.acquire({ userId: 'alice' });
    expect(lease).toMatchObject({ acquiredAtSec: NOON_SEC, expiresAtSec: NOON_SEC + LIMITS.defaultMinutes * 60 });
  });

  it("hands out a key, or lets the user's own in", async () => {
    expect((await service.lending.acquire({ userId: 'alice' })).key).toEqual({ privateKey: 'key of vm-01' });
    const own = { userId: 'bob', sshPublicKey: 'ssh-ed25519 AAAA' };
    expect((await service.lending.acquire(own)).key).toEqual({ authorizedKey: 'ssh-ed25519 AAAA' });
    expect((await service.lending.leaseOf('bob')).key).toEqual({ authorizedKey: 'ssh-ed25519 AAAA' });
  });

  it('hands out no key of a lease that ended while the key was being made', async () => {
    service.provider.onLogin = () => {
      service.clock.advance(60);
    };
    await expect(service.lending.acquire({ userId: 'alice', minutes: 1 })).rejects.toMatchObject({ code: 'no_lease' });
  });

  it('checks a VM at its release and lends another one next', async () => {
    await service.lending.acquire({ userId: 'alice' });
    expect(await service.lending.release({ userId: 'alice' })).toMatchObject({ vm: { id: 'vm-01' }, state: 'free' });
    expect(service.provider.checked).toEqual(['vm-01']);
    expect((await service.lending.acquire({ userId: 'alice' })).vm.id).toBe('vm-02');
  });

  it('takes a check that throws for one that failed, and tells why', async () => {
    service.provider.check = () => Promise.reject(new Error('no route to host'));
    await service.lending.acquire({ userId: 'alice' });
    expect(await service.lending.release({ userId: 'alice' })).toMatchObject({
      state: 'checking',
      reason: 'the check itself failed: no route to host',
    });
  });

  it('frees what has ended before it says that no VM is free', async () => {
    await service.lending.acquire({ userId: 'alice', minutes: 1 });
    await service.lending.acquire({ userId: 'bob', minutes: 2 });
    service.clock.advance(60);
    expect((await service.lending.acquire({ userId: 'carol' })).vm.id).toBe('vm-01');
    await expect(service.lending.acquire({ userId: 'dave' })).rejects.toMatchObject({ code: 'pool_empty' });
  });

  it('tells what a survey did: reaped, checked, and the counts after it', async () => {
    service.provider.failing.add('vm-01');
    await service.lending.acquire({ userId: 'alice', minutes: 1 });
    service.clock.advance(60);
    expect(await service.lending.survey()).toEqual({
      reaped: 1,
      checked: 1,
      pools: new Map([['default', { free: 1, leased: 0, checking: 1, quarantined: 0 }]]),
    });
  });
});
