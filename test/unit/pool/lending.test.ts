import { beforeEach, describe, expect, it } from '@jest/globals';
import { AccessUnavailable } from '../../../lambda/pool/refusals.ts';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import { certificatePool, lendingOver, LIMITS, NOON_SEC, someVms } from '../../support/pool/lending.ts';
import { loginOf } from '../../support/pool/login.ts';

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
    expect(loginOf(await service.lending.acquire({ userId: 'alice' }, 'r-1'))).toEqual({ privateKey: 'key of vm-01' });
    const own = { userId: 'bob', sshPublicKey: 'ssh-ed25519 AAAA' };
    expect(loginOf(await service.lending.acquire(own, 'r-1'))).toEqual({ authorizedKey: 'ssh-ed25519 AAAA' });
    expect(loginOf(await service.lending.leaseOf('bob', 'r-1'))).toEqual({ authorizedKey: 'ssh-ed25519 AAAA' });
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

describe('connect', () => {
  const KEY = 'ssh-ed25519 AAAA';
  let service: Awaited<ReturnType<typeof overMemory>>;
  let leaseId: string;

  beforeEach(async () => {
    service = await overMemory();
    leaseId = (await service.lending.acquire({ userId: 'alice', sshPublicKey: KEY }, 'r-1')).lease.id;
  });

  it('opens the VM once more, to the key of the lease', async () => {
    const opened = await service.lending.connect({ userId: 'alice', leaseId }, 'r-1');
    expect({ id: opened.lease.id, login: loginOf(opened) }).toEqual({ id: leaseId, login: { authorizedKey: KEY } });
  });

  it('opens the VM to another key this time only', async () => {
    const sshPublicKey = 'ssh-ed25519 BBBB';
    expect(loginOf(await service.lending.connect({ userId: 'alice', sshPublicKey }, 'r-1'))).toEqual({
      authorizedKey: sshPublicKey,
    });
    expect(loginOf(await service.lending.connect({ userId: 'alice' }, 'r-1'))).toEqual({ authorizedKey: KEY });
  });

  it.each([
    { rule: 'who holds no lease', wish: { userId: 'bob' }, code: 'no_lease' },
    { rule: 'who names another lease', wish: { userId: 'alice', leaseId: 'l-0' }, code: 'lease_superseded' },
  ])('is refused to a user $rule, and opens nothing', async ({ wish, code }) => {
    await expect(service.lending.connect(wish, 'r-1')).rejects.toMatchObject({ code });
    expect(service.provider.opened).toHaveLength(1);
  });

  it('says when it was asked, before it reads the lease and after it reads the rules', async () => {
    const { store, provider, clock, lending } = service;
    const find = store.find.bind(store);
    provider.onRefresh = () => {
      clock.advance(5);
    };
    store.find = async (...asked) => {
      clock.advance(10);
      return find(...asked);
    };
    await lending.connect({ userId: 'alice' }, 'r-1');
    expect(provider.opened.at(-1)?.askedAtMs).toBe((NOON_SEC + 5) * 1000);
  });

  it('is refused when the lease ends while the credential is being made', async () => {
    service.provider.onLogin = () => {
      service.clock.advance(LIMITS.defaultMinutes * 60);
    };
    await expect(service.lending.connect({ userId: 'alice' }, 'r-1')).rejects.toMatchObject({ code: 'no_lease' });
  });
});

describe('acquire', () => {
  let service: Awaited<ReturnType<typeof overMemory>>;

  beforeEach(async () => {
    service = await overMemory();
    service.provider.pools.set('default', certificatePool({ aliases: ['linux'] }));
  });

  it('says when it was asked, before the lease began', async () => {
    const acquire = service.store.acquire.bind(service.store);
    service.store.acquire = async (request) => {
      service.clock.advance(10);
      return acquire(request);
    };
    await service.lending.acquire({ userId: 'alice' }, 'r-1');
    expect(service.provider.opened).toMatchObject([{ askedAtMs: NOON_SEC * 1000 }]);
  });

  it('says that it was asked after the reset that freed the VM: it revokes what was asked for before', async () => {
    service.provider.pools.set('default', certificatePool({ reset: 'command' }));
    for (const userId of ['alice', 'bob']) await service.lending.acquire({ userId, minutes: 1 }, 'r-1');
    service.clock.advance(60);
    let resetAtMs = 0;
    service.provider.check = async () => {
      resetAtMs = Math.max(resetAtMs, service.clock.read());
      service.clock.advance(3);
      return { passed: true };
    };
    await service.lending.acquire({ userId: 'carol' }, 'r-2');
    expect(resetAtMs).toBeGreaterThan(0);
    expect(service.provider.opened.at(-1)?.askedAtMs).toBeGreaterThan(resetAtMs);
  });

  it('takes an alias for its pool', async () => {
    expect((await service.lending.acquire({ userId: 'alice', pool: 'linux' }, 'r-1')).vm.pool).toBe('default');
  });

  it('knows a retry by the name that it used, whatever the alias means by now', async () => {
    const wish = { userId: 'alice', pool: 'linux', idempotencyKey: 'k-1' };
    const { lease } = await service.lending.acquire(wish, 'r-1');
    service.provider.pools.set('default', certificatePool());
    service.provider.pools.set('rigs', certificatePool({ name: 'rigs', aliases: ['linux'] }));
    expect((await service.lending.acquire(wish, 'r-2')).lease.id).toBe(lease.id);
    const other = service.lending.acquire({ ...wish, pool: 'default' }, 'r-3');
    await expect(other).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });

  it('follows the limits of the pool, as they are read at that moment', async () => {
    service.provider.onRefresh = () => {
      service.provider.pools.set('default', certificatePool({ lease: { defaultMinutes: 5, maxMinutes: 10 } }));
    };
    const { lease } = await service.lending.acquire({ userId: 'alice' }, 'r-1');
    expect(lease.expiresAtSec).toBe(NOON_SEC + 5 * 60);
    const longer = service.lending.renew({ userId: 'alice', minutes: 11 }, 'r-2');
    await expect(longer).rejects.toMatchObject({ code: 'lease_too_long' });
  });

  it('leaves the lease to its user when no credential can be made', async () => {
    const { provider, lending } = service;
    const open = provider.open.bind(provider);
    provider.open = () => Promise.reject(new AccessUnavailable('the key service is busy'));
    await expect(lending.acquire({ userId: 'alice' }, 'r-1')).rejects.toMatchObject({ code: 'access_unavailable' });
    provider.open = open;
    expect((await lending.connect({ userId: 'alice' }, 'r-1')).vm.id).toBe('vm-01');
  });
});

describe('pools', () => {
  it('shows the rules of each pool and how many of its VMs are in each state', async () => {
    const service = await overMemory();
    const rules = certificatePool({ description: 'Linux machines', aliases: ['linux'] });
    service.provider.pools.set('default', rules);
    await service.lending.acquire({ userId: 'alice' }, 'r-1');
    const pools = await service.lending.pools('r-2');
    expect([...pools.keys()]).toEqual(['default']);
    expect(pools.get('default')).toMatchObject({ policy: rules, counts: { free: 1, leased: 1 } });
  });
});
