/** Longest lease that the server asks for, minutes: a VM goes back so soon after the server has crashed. */
export const LEASE_MINUTES = 10;

/** Minutes between two renewals: two may fail before the lease ends. */
const BEAT_MINUTES = 3;

/** Milliseconds of a minute. */
export const MINUTE_MS = 60_000;

/** A renewal starts so long before a whole minute that is left, and so arrives in time to be given all of it. */
const LEAD_MS = 5_000;

/** From a renewal that failed to the next try. */
const AGAIN_MS = 30_000;

/** Minutes to ask for now: those of a short lease, but none beyond the end of the loan. */
function leaseMinutes(nowMs: number, endsAtMs: number): number {
  return Math.min(LEASE_MINUTES, Math.floor((endsAtMs - nowMs) / MINUTE_MS));
}

/**
 * How long to wait for the next renewal, ms. Undefined: the lease lasts until the end of the loan, or nearly.
 *
 * @param leaseEndsMs - when the lease ends unless it is renewed
 * @param endsAtMs - when the loan ends
 */
function untilNextBeat(nowMs: number, leaseEndsMs: number, endsAtMs: number): number | undefined {
  const lastMs = endsAtMs - LEAD_MS;
  if (leaseEndsMs >= lastMs - LEAD_MS) return undefined;
  const beatMs = BEAT_MINUTES * MINUTE_MS;
  return (lastMs - nowMs) % beatMs || beatMs;
}

/** What a heartbeat does, and whom it informs. */
export interface Beats {
  /** Renews the lease to end in so many minutes. */
  readonly renew: (minutes: number) => Promise<void>;
  /** A renewal failed; another follows. */
  readonly onFault: (error: unknown) => void;
  /** The loan is over. */
  readonly onEnd: () => void;
}

/** Renews a short lease again and again, until its loan ends. */
export class Heartbeat {
  private beat: NodeJS.Timeout | undefined;
  private end: NodeJS.Timeout | undefined;

  /** When the lease ends unless it is renewed, and when the loan ends; epoch ms. */
  private leaseEndsMs: number;
  private endMs: number;

  /**
   * @param leaseMinutes - length of the lease, which begins now
   * @param minutes - length of the loan
   */
  constructor(
    leaseMinutes: number,
    minutes: number,
    private readonly beats: Beats,
  ) {
    this.leaseEndsMs = Date.now() + leaseMinutes * MINUTE_MS;
    this.endMs = Date.now() + minutes * MINUTE_MS;
    this.plan();
  }

  /** When the loan ends, epoch ms. */
  get endsAtMs(): number {
    return this.endMs;
  }

  /** Lets the loan end in so many minutes, or later if it does so now. @throws what `renew` throws; the end then stays */
  async extend(minutes: number): Promise<void> {
    const nowMs = Date.now();
    const endMs = nowMs + minutes * MINUTE_MS;
    if (endMs <= this.endMs) return;
    await this.renew(nowMs, endMs);
    this.endMs = endMs;
    this.plan();
  }

  /** Stops renewing. */
  stop(): void {
    clearTimeout(this.beat);
    clearTimeout(this.end);
    this.end = undefined;
  }

  private plan(waitMs = untilNextBeat(Date.now(), this.leaseEndsMs, this.endMs)): void {
    this.stop();
    if (waitMs !== undefined) this.beat = setTimeout(() => void this.tryRenewing(), waitMs);
    this.end = setTimeout(this.beats.onEnd, this.endMs - Date.now());
  }

  private async tryRenewing(): Promise<void> {
    const { end } = this;
    let waitMs: number | undefined;
    try {
      await this.renew(Date.now(), this.endMs);
    } catch (error) {
      waitMs = AGAIN_MS;
      this.beats.onFault(error);
    }
    // Unless somebody has stopped or planned it anew meanwhile.
    if (end !== undefined && this.end === end) this.plan(waitMs);
  }

  private async renew(nowMs: number, endsAtMs: number): Promise<void> {
    const minutes = leaseMinutes(nowMs, endsAtMs);
    if (minutes < 1) return;
    await this.beats.renew(minutes);
    this.leaseEndsMs = Math.max(this.leaseEndsMs, nowMs + minutes * MINUTE_MS);
  }
}
