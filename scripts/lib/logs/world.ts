import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { Paint } from './terminal.ts';

/** What the command needs from outside. */
export interface World {
  readonly client: CloudWatchLogsClient;
  /** For live tails. It gives up sooner: polling can do the same. */
  readonly tailClient: CloudWatchLogsClient;
  readonly region: string | undefined;
  /** Current time, epoch milliseconds. */
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Ends everything. */
  readonly signal: AbortSignal;
  readonly paint: Paint;
  /** Writes a text to the output; resolves when there is room for more. */
  readonly write: (text: string) => Promise<void>;
  /** Writes a sentence beside the output. */
  readonly notice: (sentence: string) => void;
}
