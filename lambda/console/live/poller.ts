import { Refused } from '../../client/refused.ts';

/** The last answer to a question that is asked repeatedly, and why the last try failed. */
export interface Known<Value> {
  /** The last answer, also while asking fails. */
  readonly value?: Value;
  /** When the last answer came, epoch milliseconds. */
  readonly at?: number;
  /** Why the last try failed; absent when it did not. */
  readonly fault?: unknown;
  /** When the first of the failures in a row happened, epoch milliseconds. */
  readonly failingSince?: number;
  /** When the next try comes, epoch milliseconds; absent while nobody looks. */
  readonly nextAt?: number;
}

/** What a {@link Poller} needs. */
export interface PollerOptions<Value> {
  readonly load: () => Promise<Value>;
  /** Time between two answers. @param value - the last answer */
  readonly everyMs: (value: Value) => number;
  /** Whether somebody looks at the page; a hidden one asks nothing. */
  readonly isVisible: () => boolean;
  /** Whether no later answer can differ. */
  readonly isFinal?: (value: Value) => boolean;
  readonly onChange: (known: Known<Value>) => void;
  readonly now?: () => number;
}

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 120_000;

/** Time to the next try. @param failures - tries that failed in a row */
export function waitMs(failures: number, retryAfterSec = 0): number {
  return Math.max(retryAfterSec * 1000, Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS));
}

/** Asks for something while somebody looks at it, and less often while that fails. */
export class Poller<Value> {
  known: Known<Value> = {};
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  /** Number of the latest try: an older one that answers late is dropped. */
  private latest = 0;
  private isStopped = false;

  constructor(private readonly options: PollerOptions<Value>) {}

  /** Asks at once, such as after a change. The promise never rejects. */
  async reload(): Promise<void> {
    clearTimeout(this.timer);
    const mine = ++this.latest;
    const isCurrent = () => mine === this.latest && !this.isStopped;
    try {
      const value = await this.options.load();
      if (isCurrent()) this.succeed(value);
    } catch (fault) {
      if (isCurrent()) this.fail(fault);
    }
  }

  /** Goes on when the page is seen again. */
  wake(): void {
    const { nextAt = 0 } = this.known;
    if (!this.options.isVisible()) clearTimeout(this.timer);
    else if (nextAt <= this.now()) void this.reload();
    else this.plan(nextAt - this.now());
  }

  /** Ends the asking. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private succeed(value: Value): void {
    this.failures = 0;
    if (this.options.isFinal?.(value) === true) this.report({ value, at: this.now() });
    else this.report({ value, at: this.now(), nextAt: this.plan(this.options.everyMs(value)) });
  }

  private fail(fault: unknown): void {
    this.failures += 1;
    const { value, at, failingSince = this.now() } = this.known;
    const retryAfterSec = fault instanceof Refused ? fault.retryAfterSec : undefined;
    const nextAt = this.plan(waitMs(this.failures, retryAfterSec));
    this.report({ ...(at !== undefined && { value: value as Value, at }), fault, failingSince, nextAt });
  }

  /** @returns when the next try comes */
  private plan(ms: number): number {
    clearTimeout(this.timer);
    if (this.options.isVisible()) this.timer = setTimeout(() => void this.reload(), ms);
    return this.now() + ms;
  }

  private report(known: Known<Value>): void {
    this.known = known;
    this.options.onChange(known);
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }
}
