import type { Login } from './access.ts';
import { defined } from './defined.ts';
import type { Act } from './event.ts';
import { secondsOf } from './event.ts';
import type { Idempotency, Lease } from './lease.ts';
import { hasEnded } from './lease.ts';
import type { Meter } from './meter.ts';
import { meterEnd } from './meter.ts';
import type { PolicyOf, PoolPolicy, PoolRules } from './pool.ts';
import { DEFAULT_POOL, startLimitOf } from './pool.ts';
import type {
  AcquireRequest,
  BorrowingStore,
  Clock,
  Grant,
  LeaseQuery,
  ReleasedVm,
  StartingStore,
  UpkeepStore,
} from './ports.ts';
import type { PowerView } from './power-view.ts';
import type { OpenGrant, Opening, VmProvider } from './provider.ts';
import { LeaseSuperseded, NoLease, PoolEmpty } from './refusals.ts';
import type { Asking } from './starting.ts';
import { firstEndSec, termOf } from './term.ts';
import type { Upkeep } from './upkeep.ts';
import type { PoolCounts } from './vm.ts';

/** What lending needs from outside. */
export interface LendingPorts {
  readonly store: BorrowingStore & StartingStore & Pick<UpkeepStore, 'change'>;
  readonly provider: VmProvider;
  readonly upkeep: Upkeep;
  readonly clock: Clock;
  readonly meter: Meter;
  /** @returns an id never returned before */
  readonly newId: () => string;
}

/** Who is concerned by a call, and who makes it. */
interface Asked {
  readonly userId: string;
  /** Who asks, if not the user: an operator. */
  readonly who?: string | undefined;
}

/** A user's wish for a VM. */
export interface AcquireParams extends Asked {
  readonly pool?: string | undefined;
  readonly minutes?: number | undefined;
  readonly sshPublicKey?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** Names a user's lease; without `leaseId`, the one that the user holds. */
export interface LeaseParams extends Asked {
  readonly leaseId?: string | undefined;
}

/** A wish to log in to a VM once more. */
export interface ConnectParams extends LeaseParams {
  /** The key to let in this time; by default that of the lease, if it has one. */
  readonly sshPublicKey?: string | undefined;
}

/** A wish to extend a lease, to `minutes` from now. */
export interface RenewParams extends LeaseParams {
  readonly minutes?: number | undefined;
}

/** A pool, and how many of its VMs are in each state. */
export interface PoolView {
  readonly policy: PoolPolicy;
  readonly counts: PoolCounts;
  /** Where its VMs are stopped while nobody needs them. */
  readonly power: PowerView | undefined;
}

/** A grant, and when it was asked for. */
interface Acquired {
  readonly grant: Grant;
  readonly askedAtMs: number;
  /** Whether the lease began with this very call. */
  readonly isNew: boolean;
}

/** A wish to open the VM of a lease. */
interface OpenAsking extends Asking, Pick<Opening, 'sshPublicKey' | 'isLook'> {}

/** VMs tidied by a request that looks at a pool: enough to serve it, too few to slow it down. */
const TIDIED_BY_A_REQUEST = 10;

/**
 * The use cases of those who borrow. Every refusal is thrown as one of `refusals.ts`; anything else thrown is a fault.
 */
export class Lending {
  constructor(
    private readonly ports: LendingPorts,
    private readonly policyOf: PolicyOf,
  ) {}

  /**
   * Lends a VM.
   * @throws {@link SshPublicKeyNeeded}, {@link LeaseTooLong}, and what {@link BorrowingStore.acquire} throws
   */
  async acquire(params: AcquireParams, requestId: string): Promise<OpenGrant> {
    await this.ports.provider.refresh();
    await this.expectKey(this.policyOf(params.pool ?? DEFAULT_POOL), params.sshPublicKey);
    const { grant, askedAtMs, isNew } = await this.acquireFree(params, requestId);
    return this.open(grant, { who: params.who ?? params.userId, requestId, askedAtMs, isNew });
  }

  /** The user's own lease with login details. @throws {@link NoLease} */
  async leaseOf(userId: string, requestId: string): Promise<OpenGrant> {
    return this.openHeld({ userId }, requestId, true);
  }

  /**
   * A fresh login credential for the holder of a lease.
   * @throws {@link NoLease}, {@link LeaseSuperseded}, {@link SshPublicKeyNeeded}
   */
  async connect(params: ConnectParams, requestId: string): Promise<OpenGrant> {
    return this.openHeld(params, requestId, false);
  }

  /** Extends a lease. @throws what {@link BorrowingStore.renew} throws */
  async renew(params: RenewParams, requestId: string): Promise<Lease> {
    await this.ports.provider.refresh();
    const termIn = (pool: string) => termOf(this.policyOf(pool).lease, params.minutes);
    const lease = await this.ports.store.renew({ ...this.leaseQuery(params, requestId), termIn });
    this.ports.meter('renewals', {});
    return lease;
  }

  /** Takes a VM back and checks it at once. @throws what {@link BorrowingStore.release} throws */
  async release(params: LeaseParams, requestId: string): Promise<ReleasedVm> {
    const returned = await this.ports.store.release(this.leaseQuery(params, requestId));
    const { vm, ended } = returned;
    if (ended !== undefined) meterEnd(this.ports.meter, 'releases', vm, ended, this.nowSec());
    const status = await this.ports.upkeep.checkAtOnce(returned, requestId);
    return { ...status, leaseId: returned.leaseId };
  }

  /** Every pool by its name. */
  async pools(requestId: string): Promise<ReadonlyMap<string, PoolView>> {
    await this.ports.upkeep.tidy(requestId, TIDIED_BY_A_REQUEST);
    const counts = await this.ports.upkeep.counts();
    const power = await this.ports.upkeep.power(counts);
    const viewOf = (name: string, of: PoolCounts) => ({
      policy: this.policyOf(name),
      counts: of,
      power: power.get(name),
    });
    return new Map([...counts].map(([name, of]) => [name, viewOf(name, of)]));
  }

  /** @throws when the store can't be reached */
  async ping(): Promise<void> {
    await this.ports.store.ping();
  }

  /** Tidies only a pool that looks empty, so that the usual request pays nothing for it. */
  private async acquireFree(params: AcquireParams, requestId: string): Promise<Acquired> {
    try {
      return await this.acquireNow(params, requestId);
    } catch (error) {
      if (!(error instanceof PoolEmpty)) throw error;
      const { reaped, checked } = await this.ports.upkeep.tidy(requestId, TIDIED_BY_A_REQUEST);
      if (reaped + checked === 0) throw error;
    }
    // Asked anew: the reset that has just freed a VM revokes every certificate that was asked for before it.
    return this.acquireNow(params, requestId);
  }

  private async acquireNow(params: AcquireParams, requestId: string): Promise<Acquired> {
    const request = this.acquireRequest(params, requestId);
    const grant = await this.ports.store.acquire(request);
    const { expired } = grant;
    if (expired !== undefined) meterEnd(this.ports.meter, 'expiries', expired.vm, expired.lease, this.nowSec());
    // A retry gets the grant of its first try.
    const isNew = grant.lease.id === request.leaseId;
    if (isNew) this.ports.meter('grants', { pool: grant.vm.pool });
    return { grant, askedAtMs: request.act.nowMs, isNew };
  }

  private acquireRequest(params: AcquireParams, requestId: string): AcquireRequest {
    const { userId, who = userId, pool = DEFAULT_POOL, sshPublicKey, idempotencyKey: key } = params;
    const act = this.act(who, requestId);
    const policy = this.policyOf(pool);
    const term = termOf(policy.lease, params.minutes);
    return {
      pool: policy.name,
      userId,
      leaseId: this.ports.newId(),
      expiresAtSec: firstEndSec(secondsOf(act), term),
      startLimitSec: startLimitOf(policy),
      sshPublicKey,
      idempotency: key === undefined ? undefined : idempotencyOf(key, [userId, pool, term.ttlSec, sshPublicKey]),
      act,
    };
  }

  private leaseQuery({ userId, who = userId, leaseId }: LeaseParams, requestId: string): LeaseQuery {
    return { userId, leaseId, act: this.act(who, requestId) };
  }

  private async openHeld(params: ConnectParams, requestId: string, isLook: boolean): Promise<OpenGrant> {
    const { userId, who = userId, leaseId, sshPublicKey } = params;
    await this.ports.provider.refresh();
    const askedAtMs = this.ports.clock();
    const grant = await this.ports.store.find(userId, secondsOf({ nowMs: askedAtMs }));
    if (grant === undefined) throw new NoLease(userId);
    const { vm, lease } = grant;
    if (leaseId !== undefined && lease.id !== leaseId) throw new LeaseSuperseded(userId, leaseId);
    if (!isLook) await this.expectKey(this.policyOf(vm.pool), sshPublicKey ?? lease.sshPublicKey);
    return this.open(grant, { who, requestId, askedAtMs, isNew: false, isLook, sshPublicKey });
  }

  /** @throws {@link SshPublicKeyNeeded} when the VMs of a pool open to certain keys of their holder only */
  private async expectKey({ name, access }: PoolRules, sshPublicKey: string | undefined): Promise<void> {
    // Loaded where it matters: the usual pool takes any key, or makes one.
    if (access === 'instance-connect') (await import('./pushed-key.ts')).expectPushable(name, sshPublicKey);
  }

  /** Opens a VM at once if it runs. A new one that is gone is exchanged, as is one that does not start. */
  private async open(grant: Grant, asking: OpenAsking): Promise<OpenGrant> {
    if (grant.lease.startingTtlSec === undefined) {
      const opened = await this.openRunning(grant, asking);
      if (!asking.isNew || !('unready' in opened) || opened.unready.status !== 'gone') return opened;
    }
    // Loaded for the first VM that has to be started.
    const { Starting } = await import('./starting.ts');
    return new Starting(this.ports, this.policyOf).open(grant, asking, (ready, askedAtMs) =>
      this.openRunning(ready, { ...asking, askedAtMs }),
    );
  }

  /** @throws {@link NoLease} when the lease ended while the credential was being made */
  private async openRunning({ vm, lease }: Grant, asking: OpenAsking): Promise<OpenGrant> {
    const { askedAtMs, sshPublicKey = lease.sshPublicKey, isLook } = asking;
    const opened = await this.ports.provider.open(defined({ vm, lease, sshPublicKey, askedAtMs, isLook }));
    if (hasEnded(lease, this.nowSec())) throw new NoLease(lease.userId);
    if ('login' in opened) this.ports.meter('loginCredentials', { access: accessOf(opened.login) });
    return { ...opened, lease };
  }

  private act(who: string, requestId: string): Act {
    return { who, nowMs: this.ports.clock(), requestId };
  }

  private nowSec(): number {
    return secondsOf({ nowMs: this.ports.clock() });
  }
}

/** @param wish - what a retry must ask for too */
function idempotencyOf(key: string, wish: readonly unknown[]): Idempotency {
  return { key, fingerprint: JSON.stringify(wish) };
}

/** How the holder logs in. */
function accessOf(login: Login): PoolRules['access'] {
  if (!('login' in login)) return 'mock';
  return login.login === 'shared-key' ? 'stored-key' : login.login;
}
