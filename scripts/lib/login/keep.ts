import type { Client } from '../../../lambda/client/client.ts';
import type { Clock } from '../../../lambda/client/clock.ts';
import { systemClock } from '../../../lambda/client/clock.ts';
import { Refused } from '../../../lambda/client/refused.ts';
import type { Lease } from '../../../lambda/client/routes.ts';
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

/** Longest between two certificates, milliseconds: half of the five minutes that one is valid. */
const LONGEST_WAIT_MS = 150_000;

/** Shortest wait, also when this computer's clock is wrong or the service fails, milliseconds. */
const SHORTEST_WAIT_MS = 15_000;

/** Renews login certificates, which end within minutes, and the lease if that is wished, until it is stopped. */
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
    const { vm } = this.options.folder;
    const loginMs = vm?.certificateExpiresAt === undefined ? Infinity : msUntil(vm.certificateExpiresAt) / 2;
    const leaseMs = this.renewMinutes === undefined ? Infinity : this.spareMs(this.renewMinutes);
    return Math.max(SHORTEST_WAIT_MS, Math.min(LONGEST_WAIT_MS, loginMs, leaseMs));
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

  /** A shared key never ends, so nothing is fetched for it. */
  private async renewLogin(): Promise<void> {
    const { client, who, lease, folder, publicKey: sshPublicKey = folder.publicKey } = this.options;
    if (folder.vm !== undefined && folder.vm.login !== 'certificate') return;
    const wish = { ...who, leaseId: lease.id, sshPublicKey };
    const granted = await client.call('POST /connectvm', wish, this.call);
    this.lease = granted.lease;
    await folder.write(granted.vm, granted.lease);
  }

  private get call(): { readonly signal: AbortSignal } {
    return { signal: this.signal };
  }
}

function msUntil(time: string): number {
  return Date.parse(time) - Date.now();
}
