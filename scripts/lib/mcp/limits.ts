/** What a client may ask of the server at most. Whoever starts the server sets them; no tool changes them. */
export interface Limits {
  /** Minutes from the beginning of a loan to its end, renewals included. */
  readonly maxMinutes: number;
  /** Seconds that `borrow_vm` waits for a free VM. */
  readonly maxWaitSeconds: number;
  /** Seconds that one command runs. */
  readonly maxCommandSeconds: number;
  /** Bytes shown of what a command writes, of each of its two streams. */
  readonly maxOutput: number;
  /** Pools to borrow from, the first by default. Empty: any pool of the service. */
  readonly pools: readonly string[];
}

/** Limits of a server that is started without options. */
export const DEFAULT_LIMITS: Limits = {
  maxMinutes: 120,
  maxWaitSeconds: 300,
  maxCommandSeconds: 600,
  maxOutput: 16_384,
  pools: [],
};

/** What a limit may be. */
export const RANGES = {
  maxMinutes: { least: 1, most: 10_080 },
  maxWaitSeconds: { least: 0, most: 3_600 },
  maxCommandSeconds: { least: 1, most: 86_400 },
  maxOutput: { least: 1_024, most: 1_048_576 },
} as const satisfies Partial<Record<keyof Limits, { least: number; most: number }>>;
