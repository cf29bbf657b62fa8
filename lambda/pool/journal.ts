/** One thing that happened. Never put a key or a whole event into it. */
export interface JournalEntry {
  readonly level?: 'INFO' | 'WARN' | 'ERROR';
  readonly message: string;
  readonly fields?: object;
  /** What went wrong. Its name, message and stack are logged, and the name and message of each `cause`. */
  readonly error?: unknown;
}

/** Where the service logs what happened: a port, so that the log format stays out of rules and API. */
export type Journal = (entry: JournalEntry) => void;
