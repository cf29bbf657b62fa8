import type { Verdict } from './check.ts';
import { hasEnded } from './lease.ts';
import type { Lease } from './lease.ts';
import type { AcquireRequest, Clock, Grant, LeaseQuery, LeaseStore, LoginKey, VmProvider } from './ports.ts';
import { NoLease, PoolEmpty } from './refusals.ts';
import { DEFAULT_POOL } from './vm.ts';
import type { PoolCounts, VmStatus } from './vm.ts';

/** How long leases may be, in minutes. */
export interface LeaseLimits {
  /** Length of a lease whose request names none. */
  readonly defaultMinutes: number;
  /** Longest a lease may be from its acquire to its end, renewals included. */
  readonly maxMinutes: number;
}

/** What lending needs from outside. */
export interface LendingPorts {
  readonly store: LeaseStore;
  readonly provider: VmProvider;
  readonly clock: Clock;
  /** @returns an id never returned before */
  readonly newId: () => string;
}

/** A user's wish for a VM. */
export interface AcquireParams {
  readonly userId: string;
  readonly pool?: string | undefined;
  readonly minutes?: number | undefined;
  readonly sshPublicKey?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** Names a user's lease; without `leaseId` whichever the user holds. */
export interface LeaseParams {
  readonly userId: string;
  readonly leaseId?: string | undefined;
}

/** A grant with what opens its VM. Secret: for the holder's eyes only. */
export interface OpenGrant extends Grant {
  readonly key: LoginKey;
}

/** What one round of tidying did. */
export interface Tidied {
  /** Ended leases taken back. */
  readonly reaped: number;
  /** VMs checked. */
  readonly checked: number;
}

/** How the pools stand, and what was tidied to make it so. */
export interface Survey extends Tidied {
  readonly pools: ReadonlyMap<string, PoolCounts>;
}

/** The use cases of the pool. Every refusal is thrown as one of `refusals.ts`; anything else thrown is a fault. */
export class Lending {
  constructor(
    private readonly ports: LendingPorts,
    private readonly limits: LeaseLimits,
  ) {}

  /** Lends a VM. @throws what {@link LeaseStore.acquire} throws */
  async acquire(params: AcquireParams): Promise<OpenGrant> {
    const grant = await this.acquireFree(this.acquireRequest(params));
    return this.opened(grant);
  }

  /** The user's own lease with login details. @throws {@link NoLease} */
  async leaseOf(userId: string): Promise<OpenGrant> {
    const grant = await this.ports.store.find(userId, this.nowSec());
    if (grant === undefined) throw new NoLease(userId);
    return this.opened(grant);
  }

  /** Extends a lease to `minutes` from now. @throws what {@link LeaseStore.renew} throws */
  async renew(params: LeaseParams, minutes = this.limits.defaultMinutes): Promise<Lease> {
    return this.ports.store.renew({
      ...this.leaseQuery(params),
      ttlSec: minutes * 60,
      maxSec: this.limits.maxMinutes * 60,
    });
  }

  /** Takes a VM back and checks it at once. @throws what {@link LeaseStore.release} throws */
  async release(params: LeaseParams): Promise<VmStatus> {
    const returned = await this.ports.store.release(this.leaseQuery(params));
    return returned.state === 'checking' ? this.check(returned) : returned;
  }

  /** Looks at the pools after tidying them, so that a lease past its end is never counted as one. */
  async survey(): Promise<Survey> {
    const tidied = await this.tidy();
    return { ...tidied, pools: await this.ports.store.counts() };
  }

  /** @throws when the store can't be reached */
  async ping(): Promise<void> {
    await this.ports.store.ping();
  }

  /** Only a pool that looks empty is tidied first, so that the usual request pays nothing for it. */
  private async acquireFree(request: AcquireRequest): Promise<Grant> {
    try {
      return await this.ports.store.acquire(request);
    } catch (error) {
      if (!(error instanceof PoolEmpty)) throw error;
    }
    await this.tidy();
    return this.ports.store.acquire(request);
  }

  /** Takes back what ended and checks what waits for it. Safe to run at any time, any number at once. */
  private async tidy(): Promise<Tidied> {
    const reaped = await this.ports.store.reap(this.nowSec());
    const due = await this.ports.store.dueChecks();
    await Promise.all(due.map((status) => this.check(status)));
    return { reaped, checked: due.length };
  }

  private acquireRequest(params: AcquireParams): AcquireRequest {
    const {
      userId,
      pool = DEFAULT_POOL,
      minutes = this.limits.defaultMinutes,
      sshPublicKey,
      idempotencyKey: key,
    } = params;
    const nowSec = this.nowSec();
    const fingerprint = JSON.stringify([userId, pool, minutes, sshPublicKey]);
    return {
      pool,
      userId,
      leaseId: this.ports.newId(),
      nowSec,
      expiresAtSec: nowSec + minutes * 60,
      ...(sshPublicKey !== undefined && { sshPublicKey }),
      ...(key !== undefined && { idempotency: { key, fingerprint } }),
    };
  }

  private leaseQuery({ userId, leaseId }: LeaseParams): LeaseQuery {
    return { userId, nowSec: this.nowSec(), ...(leaseId !== undefined && { leaseId }) };
  }

  /** The lease may have ended while the key was being made; then nobody may have it. */
  private async opened(grant: Grant): Promise<OpenGrant> {
    const key = await this.ports.provider.login(grant.vm, grant.lease.sshPublicKey);
    if (hasEnded(grant.lease, this.nowSec())) throw new NoLease(grant.lease.userId);
    return { ...grant, key };
  }

  private async check(status: VmStatus): Promise<VmStatus> {
    return this.ports.store.settleCheck(status, await this.verdictOn(status));
  }

  private async verdictOn({ vm }: VmStatus): Promise<Verdict> {
    try {
      return await this.ports.provider.check(vm);
    } catch (error) {
      return {
        passed: false,
        reason: `the check itself failed: ${error instanceof Error ? error.message : 'unknown'}`,
      };
    }
  }

  private nowSec(): number {
    return Math.floor(this.ports.clock() / 1000);
  }
}
