import type { Client } from '../../../lambda/client/client.ts';
import type { Clock } from '../../../lambda/client/clock.ts';
import { systemClock } from '../../../lambda/client/clock.ts';
import { NotReady } from '../../../lambda/client/not-ready.ts';
import { Refused } from '../../../lambda/client/refused.ts';
import type { Lease, Vm } from '../../../lambda/client/routes.ts';
import type { LoginFolder } from './folder.ts';

/** Whose login is kept fresh, and how. */
export interface KeepOptions {
  readonly client: Client;
  /** The user id, where the service asks nobody who they are. */
  readonly who: { readonly userid?: string };
  readonly lease: Lease;
  readonly folder: LoginFolder;
  /** Keeps the lease at least half as long from now, and at most so long. Undefined: it ends when it ends. */
  readonly renewMinutes?: number | undefined;
  /** What the service is to let in; the key of the folder unless given. */
  readonly publicKey?: string | undefined;
  /** No further connection is to come: then a VM that takes the key for a moment only is not asked to do so again. */
  readonly isConnected?: boolean | undefined;
  /** Hears the first of several failures in a row. After `no_lease` or `lease_superseded` nothing is kept any more. */
  readonly onFault: (error: unknown) => void;
}

/** Keeps one login until it is stopped. */
export interface Keeper {
  /** The lease as the service last answered it. */
  readonly lease: Lease;
  /** Returns once nothing is under way. */
  stop(): Promise<void>;
}

/** Longest between two logins, milliseconds: half of the five minutes that one is valid. */
const LONGEST_WAIT_MS = 150_000;

/** Shortest wait, also when this computer's clock is wrong or the service fails, milliseconds. */
const SHORTEST_WAIT_MS = 15_000;

/** Renews logins, which end within minutes, and the lease if that is wished, until it is stopped. */
export function keepLogin(options: KeepOptions, clock: Clock = systemClock): Keeper {
  const stopping = new AbortController();
  const watch = new Watch(options, clock, stopping.signal);
  const watching = watch.run();
  return {
    get lease() {
      return watch.lease;
    },
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}

/** Whether an error says that the lease is over or another one by now. */
export function saysLeaseEnded(error: unknown): error is Refused {
  return error instanceof Refused && (error.code === 'no_lease' || error.code === 'lease_superseded');
}

class Watch {
  lease: Lease;
  private renewMinutes: number | undefined;
  private hasFailed = false;

  constructor(
    private readonly options: KeepOptions,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {
    this.lease = options.lease;
    this.renewMinutes = options.renewMinutes;
  }

  /** Never rejects: faults are reported. */
  async run(): Promise<void> {
    let isOver = false;
    while (!isOver && (await this.hasWaited())) isOver = await this.hasEnded();
  }

  /** @returns false when it was stopped meanwhile */
  private async hasWaited(): Promise<boolean> {
    const waitMs = this.hasFailed ? SHORTEST_WAIT_MS : this.waitMs();
    return this.clock.wait(waitMs, this.signal).then(
      () => true,
      () => false,
    );
  }

  private waitMs(): number {
    const loginMs = this.untilLoginEndsMs() / 2;
    const leaseMs = this.renewMinutes === undefined ? Infinity : this.spareMs(this.renewMinutes);
    return Math.max(SHORTEST_WAIT_MS, Math.min(LONGEST_WAIT_MS, loginMs, leaseMs));
  }

  /** Nobody knows the end of a login that another process has written: it may be soon. */
  private untilLoginEndsMs(): number {
    const { vm } = this.options.folder;
    if (vm === undefined) return 0;
    const endsAt = vm.certificateExpiresAt ?? vm.keyAcceptedUntil;
    return endsAt !== undefined && this.mustRenew(vm) ? msUntil(endsAt) : Infinity;
  }

  /** A shared key never ends, and a session of Session Manager is kept by its plugin. */
  private mustRenew({ login }: Vm): boolean {
    return login === 'certificate' || (login === 'instance-connect' && this.options.isConnected !== true);
  }

  /** Time until the lease is renewed, milliseconds. */
  private spareMs(renewMinutes: number): number {
    return msUntil(this.lease.expiresAt) - (renewMinutes * 60_000) / 2;
  }

  /** Renews what is due. @returns whether the lease is over */
  private async hasEnded(): Promise<boolean> {
    try {
      await this.renewLease();
      await this.renewLogin();
      this.hasFailed = false;
    } catch (error) {
      if (this.signal.aborted) return true;
      if (!this.hasFailed) this.options.onFault(error);
      this.hasFailed = true;
      return saysLeaseEnded(error);
    }
    return false;
  }

  private async renewLease(): Promise<void> {
    const minutes = this.renewMinutes;
    if (minutes === undefined || this.spareMs(minutes) > SHORTEST_WAIT_MS) return;
    const { client, who, lease } = this.options;
    try {
      const renewed = await client.call('POST /renewvm', { ...who, leaseId: lease.id, minutes }, this.call);
      this.lease = renewed.lease;
    } catch (error) {
      // It has its greatest length: it ends when it ends, and the login stays fresh until then.
      if (!(error instanceof Refused) || error.code !== 'lease_too_long') throw error;
      this.renewMinutes = undefined;
      this.options.onFault(error);
    }
  }

  private async renewLogin(): Promise<void> {
    const { client, who, lease, folder, publicKey: sshPublicKey = folder.publicKey } = this.options;
    if (folder.vm !== undefined && !this.mustRenew(folder.vm)) return;
    const wish = { ...who, leaseId: lease.id, sshPublicKey };
    const held = await client.call('POST /connectvm', wish, this.call);
    this.lease = held.lease;
    const { status } = held.vm;
    if (status === 'starting' || status === 'gone') throw new NotReady(status, held);
    await folder.write(held.vm, held.lease);
  }

  private get call(): { readonly signal: AbortSignal } {
    return { signal: this.signal };
  }
}

function msUntil(time: string): number {
  return Date.parse(time) - Date.now();
}
