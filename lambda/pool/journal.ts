/** One figure to be counted or averaged, e.g. `{ name: 'Requests', unit: 'Count', value: 1, by: { route: 'GET /pool' } }`. */
export interface Metric {
  /** Metrics of one name have one unit, and are told apart by the same. */
  readonly name: string;
  readonly unit: 'Count' | 'Milliseconds' | 'Seconds';
  readonly value: number;
  /** What the figure is told apart by. */
  readonly by?: Readonly<Record<string, string>>;
}

/** One thing that happened. Never put a key or a whole event into it. */
export interface JournalEntry {
  readonly level?: 'INFO' | 'WARN' | 'ERROR';
  readonly message: string;
  readonly fields?: object;
  readonly metrics?: readonly Metric[];
}

/** Where the service tells what happened: a port, so that rules and API know no log format. */
export type Journal = (entry: JournalEntry) => void;
