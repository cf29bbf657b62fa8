import { beforeEach, describe, expect, it } from '@jest/globals';
import type { OpenGrant, Readiness } from '../../../lambda/pool/provider.ts';
import { AccessUnavailable, StoreUnavailable } from '../../../lambda/pool/refusals.ts';
import type { Vm } from '../../../lambda/pool/vm.ts';
import { happenedTo, instancePool, serviceOverInstances, stopFree } from '../../support/pool/instances.ts';
import { NOON_SEC } from '../../support/pool/lending.ts';

const HOUR_SEC = 3600;
const START_LIMIT_SEC = 600;
const WISH = { userId: 'alice', minutes: 60, idempotencyKey: 'k-1' };

let service: Awaited<ReturnType<typeof serviceOverInstances>>;

const getVm = (wish: Parameters<typeof service.lending.acquire>[0] = WISH) => service.lending.acquire(wish, 'r-1');
const look = () => service.lending.leaseOf('alice', 'r-2');
const tidy = () => service.upkeep.tidy('r-3', 10);
const quarantines = () => service.tally.series().find(({ name }) => name === 'quarantines')?.value ?? 0;

function statusOf(granted: OpenGrant): string {
  return 'unready' in granted ? granted.unready.status : 'ready';
}

beforeEach(async () => {
  service = await serviceOverInstances(2);
});

describe('getvm', () => {
  it('prefers a VM that runs', async () => {
    await stopFree(service, 'vm-01');
    expect(await getVm()).toMatchObject({ vm: { id: 'vm-02' }, login: { certificate: 'for vm-02' } });
    expect(service.provider.woken).toEqual([]);
  });

  it('starts a stopped VM where none runs, and says when to ask again', async () => {
    await stopFree(service, 'vm-01', 'vm-02');
    const granted = await getVm();
    expect(granted).toMatchObject({
      vm: { id: 'vm-01' },
      unready: { status: 'starting', why: 'the instance is being started', againInSec: 10 },
      lease: { startingTtlSec: HOUR_SEC, expiresAtSec: NOON_SEC + HOUR_SEC + START_LIMIT_SEC },
    });
    expect(granted).not.toHaveProperty('login');
    expect(service.provider.opened).toEqual([]);
  });

  it('that repeats its Idempotency-Key gets the same lease, still starting', async () => {
    await stopFree(service, 'vm-01', 'vm-02');
    service.provider.looksOfAStart = 5;
    const first = await getVm();
    service.clock.advance(10);
    expect(await getVm()).toEqual(first);
  });

  it('opens a VM at once that has started by then, and begins its time', async () => {
    await stopFree(service, 'vm-01', 'vm-02');
    service.provider.looksOfAStart = 0;
    expect(await getVm()).toMatchObject({ vm: { id: 'vm-01' }, login: { certificate: 'for vm-01' } });
    expect((await look()).lease).toEqual({
      ...{ id: expect.any(String), userId: 'alice', vmId: 'vm-01' },
      ...{ acquiredAtSec: NOON_SEC, expiresAtSec: NOON_SEC + HOUR_SEC, idempotency: expect.any(Object) },
    });
  });

  it('never lends a stopped VM of a pool that starts none', async () => {
    await stopFree(service, 'vm-01', 'vm-02');
    service.provider.rules = instancePool(undefined);
    await expect(getVm()).rejects.toMatchObject({ code: 'pool_empty' });
  });

  it('exchanges a VM that turns out to be gone', async () => {
    service.provider.instance('vm-01').state = 'gone';
    const { lease, ...granted } = await getVm();
    expect(granted).toMatchObject({ vm: { id: 'vm-02' }, login: { certificate: 'for vm-02' } });
    expect(await service.store.status('vm-01')).toMatchObject({ state: 'quarantined', reason: 'it was terminated' });
    expect(await getVm()).toMatchObject({ vm: { id: 'vm-02' }, lease });
    expect(quarantines()).toBe(1);
  });

  it('is refused when every VM turns out to be gone, and its lease is over', async () => {
    for (const id of ['vm-01', 'vm-02']) service.provider.instance(id).state = 'gone';
    await expect(getVm()).rejects.toMatchObject({ code: 'pool_empty' });
    await expect(look()).rejects.toMatchObject({ code: 'no_lease' });
    expect(quarantines()).toBe(2);
  });
});

describe('a look at a lease that starts', () => {
  beforeEach(async () => {
    await stopFree(service, 'vm-01', 'vm-02');
    await getVm();
  });

  it('begins its time when the VM is ready, and then opens it', async () => {
    service.clock.advance(90);
    const { expiresAtSec } = (await look()).lease;
    expect(expiresAtSec).toBe(NOON_SEC + 90 + HOUR_SEC);
    service.clock.advance(30);
    expect(await look()).toMatchObject({ login: {}, lease: { acquiredAtSec: NOON_SEC + 90, expiresAtSec } });
    expect(service.provider.opened.map(({ isLook, vm }) => ({ isLook, ip: vm.ip }))).toEqual([
      { isLook: true, ip: '192.0.2.1' },
      { isLook: true, ip: '192.0.2.1' },
    ]);
    expect(await happenedTo(service.store, 'vm-01')).toEqual([
      'added',
      'check_passed',
      'stopped',
      'acquired',
      'started',
    ]);
  });

  it('gives the holder another VM when theirs does not start, for the whole time', async () => {
    service.provider.instance('vm-01').failure = 'no capacity';
    service.clock.advance(20);
    const { lease, ...granted } = await look();
    expect(granted).toMatchObject({ vm: { id: 'vm-02' }, unready: { status: 'starting' } });
    expect(lease).toMatchObject({ vmId: 'vm-02', startingTtlSec: HOUR_SEC });
    expect(lease.expiresAtSec).toBe(NOON_SEC + 20 + HOUR_SEC + START_LIMIT_SEC);
    expect(await happenedTo(service.store, 'vm-01')).toContain('exchanged: no capacity');
    expect((await happenedTo(service.store, 'vm-02')).at(-1)).toBe('acquired');
    expect(await getVm()).toMatchObject({ lease: { id: lease.id } });
  });

  it('gives the holder another VM when theirs is not ready at the last moment', async () => {
    service.provider.instance('vm-01').looksLeft = 1_000;
    service.clock.advance(START_LIMIT_SEC - 1);
    expect(await look()).toMatchObject({ vm: { id: 'vm-01' } });
    service.clock.advance(1);
    expect(await look()).toMatchObject({ vm: { id: 'vm-02' } });
    const reason = 'it did not start in time: the instance is being started';
    expect(await service.store.status('vm-01')).toMatchObject({ state: 'quarantined', reason });
  });

  it('ends the lease when no VM of the pool starts', async () => {
    for (const id of ['vm-01', 'vm-02']) service.provider.instance(id).failure = 'no capacity';
    await expect(look()).rejects.toMatchObject({ code: 'no_lease', userId: 'alice' });
    expect(await service.store.find('alice', service.clock.nowSec)).toBeUndefined();
  });

  it('gives a VM back that a holder no longer wants, and needs no reset of it', async () => {
    const released = await service.lending.release({ userId: 'alice' }, 'r-2');
    expect(released).toMatchObject({ vm: { id: 'vm-01' }, state: 'free' });
    expect(released.stopped).toBeUndefined();
    expect(service.provider.checked).toMatchObject([{ vm: { id: 'vm-01' }, state: 'checking' }]);
    expect(service.provider.checked[0]?.use).toBeUndefined();
  });
});

/** A holder looks at their lease; while they look at its VM, the tick exchanges that VM. */
describe('a look that a tick overtakes', () => {
  beforeEach(async () => {
    await stopFree(service, 'vm-01', 'vm-02');
    service.provider.looksOfAStart = 1_000;
    await getVm();
    service.clock.advance(START_LIMIT_SEC);
  });

  /** The tick comes between what the holder's call learns of the VM and what it makes of it. */
  function overtaken(learnt: Readiness): void {
    const { power } = service.provider;
    const wake = power.wake.bind(power);
    power.wake = async (vm) => {
      power.wake = wake;
      await tidy();
      return 'ready' in learnt ? { ready: vm } : learnt;
    };
  }

  it.each([{ ready: {} as Vm }, { waitingFor: 'it boots', againInSec: 10 }, { failed: 'no capacity' }])(
    'shows the other VM, which is not ready yet: %j',
    async (learnt) => {
      overtaken(learnt);
      const { lease, ...granted } = await look();
      expect(granted).toMatchObject({ vm: { id: 'vm-02' }, unready: { status: 'starting' } });
      expect(lease).toMatchObject({ vmId: 'vm-02', startingTtlSec: HOUR_SEC });
      expect(service.provider.opened).toEqual([]);
      expect(quarantines()).toBe(1);
    },
  );
});

describe('a running lease', () => {
  beforeEach(async () => {
    await getVm();
  });

  it('says that its VM is gone, and keeps it', async () => {
    service.provider.instance('vm-01').state = 'gone';
    expect(await look()).toMatchObject({ vm: { id: 'vm-01' }, unready: { status: 'gone', why: 'it was terminated' } });
    expect(await look()).toMatchObject({ vm: { id: 'vm-01' } });
    expect(await getVm()).toMatchObject({ vm: { id: 'vm-01' }, unready: { status: 'gone' } });
  });

  it('whose VM was stopped starts it, and its time goes on', async () => {
    service.provider.instance('vm-01').state = 'stopped';
    expect(await look()).toMatchObject({ unready: { status: 'starting' }, lease: { acquiredAtSec: NOON_SEC } });
    expect((await look()).lease).not.toHaveProperty('startingTtlSec');
  });
});

describe('upkeep of a lease that starts', () => {
  beforeEach(async () => {
    await stopFree(service, 'vm-01', 'vm-02');
    await getVm();
  });

  it('begins its time when the VM is ready, though its holder does not ask', async () => {
    await tidy();
    const { items } = await service.store.events({ vmId: 'vm-01', limit: 1 });
    expect(items).toMatchObject([{ kind: 'started', userId: 'alice', act: { who: 'vm-pool#reaper' } }]);
    service.clock.advance(300);
    expect((await look()).lease).toMatchObject({ acquiredAtSec: NOON_SEC, expiresAtSec: NOON_SEC + HOUR_SEC });
  });

  it('looks every 30 seconds, and records what it waits for once', async () => {
    service.provider.instance('vm-01').looksLeft = 1_000;
    for (let second = 0; second < 90; second++) {
      await tidy();
      service.clock.advance(1);
    }
    // The first look is that of getvm.
    expect(service.provider.woken).toHaveLength(1 + 3);
    const happened = await happenedTo(service.store, 'vm-01');
    expect(happened.slice(-2)).toEqual(['acquired', 'starting: the instance is being started']);
    expect(await service.upkeep.backlog(10)).toEqual({ leasesOverdue: 0, oldestCheckSec: 0 });
  });

  it('exchanges a VM that does not start, and starts the other one', async () => {
    service.provider.instance('vm-01').failure = 'no capacity';
    await tidy();
    expect(await service.store.find('alice', NOON_SEC)).toMatchObject({ vm: { id: 'vm-02' } });
    for (let round = 0; round < 2; round++) {
      await tidy();
      service.clock.advance(30);
    }
    expect(statusOf(await look())).toBe('ready');
  });

  it('takes no harm from a pool without another VM', async () => {
    for (const id of ['vm-01', 'vm-02']) service.provider.instance(id).failure = 'no capacity';
    for (let round = 0; round < 3; round++) expect((await tidy()).faults).toEqual([]);
    expect((await service.upkeep.counts()).get('default')).toMatchObject({ quarantined: 2, leased: 0 });
  });

  it('reports a start that can’t be looked at, and goes on', async () => {
    service.provider.power.wake = () => Promise.reject(new AccessUnavailable('EC2 is busy'));
    expect((await tidy()).faults).toMatchObject([{ vmId: 'vm-01', error: { code: 'access_unavailable' } }]);
    // A tick does not ask for the same VM all the time.
    await service.tick('r-4', 10_000);
    expect(await service.store.status('vm-01')).toMatchObject({ state: 'leased' });
  });

  it('reports a store that does not answer, and looks again', async () => {
    const { store } = service;
    const begin = store.begin.bind(store);
    store.begin = () => Promise.reject(new StoreUnavailable());
    expect((await tidy()).faults).toMatchObject([{ vmId: 'vm-01' }]);
    store.begin = begin;
    await tidy();
    expect(statusOf(await look())).toBe('ready');
  });

  it('takes back a lease that ends before its VM has started', async () => {
    service.provider.instance('vm-01').looksLeft = 1_000;
    service.clock.advance(HOUR_SEC + START_LIMIT_SEC);
    expect(await tidy()).toMatchObject({ reaped: 1 });
    await expect(look()).rejects.toMatchObject({ code: 'no_lease' });
  });
});

describe('a pool whose VMs take pushed keys', () => {
  const ED25519 = 'ssh-ed25519 AAAA alice@laptop';

  beforeEach(() => {
    service.provider.rules = instancePool(undefined, { access: 'instance-connect', aliases: [] });
  });

  it.each([undefined, 'ecdsa-sha2-nistp256 AAAA', 'sk-ssh-ed25519@openssh.com AAAA'])(
    'lends nothing to a caller whose key is %s',
    async (sshPublicKey) => {
      const wish = { userId: 'alice', ...(sshPublicKey && { sshPublicKey }) };
      await expect(getVm(wish)).rejects.toMatchObject({ code: 'ssh_public_key_needed', pool: 'default' });
      expect((await service.upkeep.counts()).get('default')).toMatchObject({ free: 2 });
    },
  );

  it.each([ED25519, 'ssh-rsa AAAA'])('lends to a caller with %s, and opens to that key', async (sshPublicKey) => {
    await getVm({ userId: 'alice', sshPublicKey });
    await service.lending.connect({ userId: 'alice' }, 'r-2');
    expect(service.provider.opened.map((opening) => opening.sshPublicKey)).toEqual([sshPublicKey, sshPublicKey]);
  });

  it('lets in another key by connectvm, if it is of the right type', async () => {
    await getVm({ userId: 'alice', sshPublicKey: ED25519 });
    const connect = (sshPublicKey: string) => service.lending.connect({ userId: 'alice', sshPublicKey }, 'r-2');
    await connect('ssh-rsa BBBB');
    expect(service.provider.opened.at(-1)).toMatchObject({ sshPublicKey: 'ssh-rsa BBBB' });
    await expect(connect('ecdsa-sha2-nistp256 AAAA')).rejects.toMatchObject({ code: 'ssh_public_key_needed' });
  });
});
