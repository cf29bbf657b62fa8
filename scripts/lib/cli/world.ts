import type { Clock } from '../../../lambda/client/clock.ts';

/** Where a command writes to; the reader may be a terminal. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** All that a command gets from its process. Tests put their own in its place. */
export interface World {
  readonly env: Variables;
  /** The user's folder, where settings and state are by default. */
  readonly home: string;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Aborted when the user interrupts the command. */
  readonly signal: AbortSignal;
  /** Current time, epoch milliseconds. */
  readonly clock: () => number;
  /** Lets time pass between two tries. */
  readonly timer: Clock;
  readonly fetch: typeof fetch;
  /** Shows a page to the user; does nothing where there is no browser. */
  readonly openBrowser: (url: string) => Promise<void>;
}
