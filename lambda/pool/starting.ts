/** Leases whose VM has to be started first. Loaded for the first of them, or for a VM that turns out to be gone. */
import type { Act } from './event.ts';
import { secondsOf } from './event.ts';
import type { Lease } from './lease.ts';
import type { Meter } from './meter.ts';
import type { PolicyOf } from './pool.ts';
import { startLimitOf } from './pool.ts';
import type { BeginRequest, BorrowingStore, Clock, Grant, StartingStore, UpkeepStore } from './ports.ts';
import type { OpenGrant, Readiness, Unready, VmProvider } from './provider.ts';
import { LeaseSuperseded, NoLease, PoolEmpty } from './refusals.ts';
import { stillStarting } from './start.ts';
import type { VmStatus } from './vm.ts';

/** What starting needs from outside. */
export interface StartingPorts {
  readonly store: StartingStore & Pick<BorrowingStore, 'find'> & Pick<UpkeepStore, 'change'>;
  readonly provider: Pick<VmProvider, 'power'>;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** Who wants to use the VM of a lease, and how. */
export interface Asking {
  readonly who: string;
  readonly requestId: string;
  /** When the holder asked, before the lease was read; UTC epoch milliseconds. */
  readonly askedAtMs: number;
  /** Whether the holder is told now that the lease has begun. */
  readonly isNew: boolean;
}

/** Opens a VM that runs. */
type OpenRunning = (grant: Grant, askedAtMs: number) => Promise<OpenGrant>;

/** What came of a look at a VM that starts: the way in, or that it can't be used. */
type Outcome = OpenGrant | { readonly failed: string; readonly answer: Unready };

/** Most VMs that one call gives back because they can't be used. The holder's next call goes on. */
const MOST_EXCHANGES = 2;

/** For a holder whose next call brings another VM. */
const EXCHANGING: Unready = {
  status: 'starting',
  why: 'the VM does not start, so another one takes its place',
  againInSec: 10,
};

/** Starts the VMs of leases, and exchanges those that can't be used. */
export class Starting {
  constructor(
    private readonly ports: StartingPorts,
    private readonly policyOf: PolicyOf,
  ) {}

  /**
   * Opens the VM of a lease as soon as it is ready. One that does not start in time, or is gone before its first use,
   * is exchanged for another.
   * @throws {@link NoLease} when the lease is over; {@link PoolEmpty} when it has just begun, and no VM can be used
   */
  async open(first: Grant, asking: Asking, openRunning: OpenRunning): Promise<OpenGrant> {
    let [grant, askedAtMs] = [first, asking.askedAtMs];
    for (let exchanges = 0; ; exchanges++) {
      const outcome = await this.tryToOpen(grant, askedAtMs, asking, openRunning);
      if (!('failed' in outcome)) return outcome;
      if (exchanges === MOST_EXCHANGES) return { ...grant, unready: outcome.answer };
      askedAtMs = this.ports.clock();
      const { vm, lease } = grant;
      grant = await this.exchange(grant, outcome.failed, this.actOf(asking)).catch(async (error: unknown) => {
        if (error instanceof PoolEmpty && !asking.isNew) throw new NoLease(lease.userId);
        // Somebody else may have exchanged the VM first.
        const current = error instanceof NoLease ? await this.current(lease) : undefined;
        if (current === undefined || current.vm.id === vm.id) throw error;
        return current;
      });
    }
  }

  /** Looks at a starting VM that nobody may be asking for, and notes when to look again. */
  async tidy(status: VmStatus, act: Act): Promise<void> {
    const { vm, lease } = status;
    if (lease === undefined) return;
    try {
      const readiness = inTime(lease, await this.wake({ vm, lease }), secondsOf(act));
      if ('ready' in readiness) await this.ports.store.begin(beginOf(lease, act));
      else if ('failed' in readiness) await this.exchange({ vm, lease }, readiness.failed, act);
      else await this.lookAgain(status, readiness.waitingFor, act);
    } catch (error) {
      if (!isOver(error)) throw error;
    }
  }

  private async tryToOpen(
    { vm, lease }: Grant,
    askedAtMs: number,
    asking: Asking,
    openRunning: OpenRunning,
  ): Promise<Outcome> {
    if (lease.startingTtlSec === undefined) return outcomeOf(await openRunning({ vm, lease }, askedAtMs));
    const act = this.actOf(asking);
    const readiness = inTime(lease, await this.wake({ vm, lease }), secondsOf(act));
    if ('ready' in readiness) {
      const begun = await this.ports.store.begin(beginOf(lease, this.actOf(asking)));
      // Somebody else has exchanged the VM since it was read: it is no longer the holder's.
      if (begun.vmId !== vm.id) return { ...(await this.current(lease)), unready: EXCHANGING };
      return outcomeOf(await openRunning({ vm: readiness.ready, lease: begun }, askedAtMs));
    }
    if ('failed' in readiness) return { failed: readiness.failed, answer: EXCHANGING };
    const { waitingFor: why, againInSec } = readiness;
    return { vm, lease, unready: { status: 'starting', why, againInSec } };
  }

  private async wake({ vm }: Grant): Promise<Readiness> {
    // The VMs of a pool that starts none always run.
    return (await this.ports.provider.power?.wake(vm)) ?? { ready: vm };
  }

  /** The lease on the VM that it has by now. @throws {@link NoLease} when it is over */
  private async current({ id, userId }: Lease): Promise<Grant> {
    const grant = await this.ports.store.find(userId, secondsOf({ nowMs: this.ports.clock() }));
    if (grant?.lease.id !== id) throw new NoLease(userId);
    return grant;
  }

  private async exchange(grant: Grant, reason: string, act: Act): Promise<Grant> {
    const { pool } = grant.vm;
    const startLimitSec = startLimitOf(this.policyOf(pool));
    try {
      const other = await this.ports.store.exchange({ grant, reason, startLimitSec, act });
      this.ports.meter('quarantines', { pool });
      return other;
    } catch (error) {
      if (error instanceof PoolEmpty) this.ports.meter('quarantines', { pool });
      throw error;
    }
  }

  private async lookAgain(status: VmStatus, reason: string, act: Act): Promise<void> {
    const { vm, lease } = status;
    const change = stillStarting(status, secondsOf(act), reason);
    const event = { kind: 'starting', vmId: vm.id, userId: lease?.userId, leaseId: lease?.id, reason, act } as const;
    await this.ports.store.change(status, change, change.reason === status.reason ? undefined : event);
  }

  private actOf({ who, requestId }: Asking): Act {
    return { who, nowMs: this.ports.clock(), requestId };
  }
}

/** Whether the lease is over: its holder has released it meanwhile, or no other VM is free. */
function isOver(error: unknown): boolean {
  return error instanceof NoLease || error instanceof LeaseSuperseded || error instanceof PoolEmpty;
}

function beginOf({ id: leaseId, userId, vmId }: Lease, act: Act): BeginRequest {
  return { userId, leaseId, vmId, act };
}

/** A VM that is not ready at the last moment at which its lease can begin does not start. */
function inTime({ expiresAtSec, startingTtlSec = 0 }: Lease, readiness: Readiness, nowSec: number): Readiness {
  if (!('waitingFor' in readiness) || nowSec < expiresAtSec - startingTtlSec) return readiness;
  return { failed: `it did not start in time: ${readiness.waitingFor}` };
}

/** A VM that is gone before its first use was never of use. */
function outcomeOf(opened: OpenGrant): Outcome {
  if (!('unready' in opened) || opened.unready.status !== 'gone') return opened;
  return { failed: opened.unready.why, answer: opened.unready };
}
