import type {
  CloudWatchLogsClient,
  LiveTailSessionLogEvent,
  StartLiveTailResponseStream,
} from '@aws-sdk/client-cloudwatch-logs';
import { DescribeLogGroupsCommand, StartLiveTailCommand } from '@aws-sdk/client-cloudwatch-logs';
import { defined } from '../../../lambda/pool/defined.ts';
import type { LogEvent } from './events.ts';

/** What came in one second of a live tail. */
export interface Update {
  readonly events: readonly LogEvent[];
  /** Whether there were more than 500 events, of which these are a sample. */
  readonly isSample: boolean;
}

/** Opens a live tail of the events that fit a pattern. An update comes each second, empty ones too. */
export type OpenTail = (pattern: string | undefined) => Promise<AsyncIterable<Update>>;

/**
 * Opens live tails of one log group. An abort ends the one that runs.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
 */
export function tailsOf(client: CloudWatchLogsClient, logGroup: string, signal: AbortSignal): OpenTail {
  return async (pattern) => {
    const command = new StartLiveTailCommand(
      defined({ logGroupIdentifiers: [await arnOf(client, logGroup, signal)], logEventFilterPattern: pattern }),
    );
    const { responseStream } = await client.send(command, { abortSignal: signal });
    if (responseStream === undefined) throw new Error('CloudWatch Logs opened no live tail');
    // The signal of a request ends with the head of its answer.
    const close = () => {
      client.destroy();
    };
    signal.addEventListener('abort', close, { once: true });
    return updatesOf(responseStream);
  };
}

/** A live tail takes no name. The account, which is part of the ARN, is known to nobody else here. */
async function arnOf(client: CloudWatchLogsClient, logGroup: string, abortSignal: AbortSignal): Promise<string> {
  const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroup });
  const { logGroups = [] } = await client.send(command, { abortSignal });
  const { arn } = logGroups.find(({ logGroupName }) => logGroupName === logGroup) ?? {};
  if (arn === undefined) throw new Error(`there is no log group ${logGroup}`);
  return arn.replace(/:\*$/, '');
}

async function* updatesOf(stream: AsyncIterable<StartLiveTailResponseStream>): AsyncGenerator<Update> {
  for await (const part of stream) {
    const error = part.SessionTimeoutException ?? part.SessionStreamingException;
    if (error !== undefined) throw error;
    if (part.sessionUpdate === undefined) continue;
    const { sessionMetadata, sessionResults = [] } = part.sessionUpdate;
    yield { events: sessionResults.map(toLogEvent), isSample: sessionMetadata?.sampled === true };
  }
}

function toLogEvent({ logStreamName = '', timestamp = 0, message = '' }: LiveTailSessionLogEvent): LogEvent {
  return { stream: logStreamName, timeMs: timestamp, text: message };
}
