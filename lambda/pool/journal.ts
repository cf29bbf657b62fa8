/**
 * One figure to count or average, such as
 * `{ name: 'Requests', unit: 'Count', value: 1, dimensions: { route: 'GET /pool' } }`.
 */
export interface Metric {
  /** All metrics of one name share a unit and dimensions. */
  readonly name: string;
  readonly unit: 'Count' | 'Milliseconds' | 'Seconds';
  readonly value: number;
  /** CloudWatch dimensions. */
  readonly dimensions?: Readonly<Record<string, string>>;
}

/** One thing that happened. Never put a key or a whole event into it. */
export interface JournalEntry {
  readonly level?: 'INFO' | 'WARN' | 'ERROR';
  readonly message: string;
  readonly fields?: object;
  /** What went wrong. Its name, message and stack are logged, and the name and message of each `cause`. */
  readonly error?: unknown;
  readonly metrics?: readonly Metric[];
}

/** Where the service logs what happened: a port, so that the log format stays out of rules and API. */
export type Journal = (entry: JournalEntry) => void;
