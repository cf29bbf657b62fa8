import type { FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { defined } from '../../../lambda/pool/defined.ts';
import type { FetchPage, FoundEvent } from './events.ts';

/** Patient with throttling: following asks for hours, and the first refusal must not end it. */
const MAX_ATTEMPTS = 6;

/**
 * A client for a region; without one the user's AWS configuration decides.
 *
 * @param env - the environment: an endpoint that it names is used as it is, also for live tails, which have a host of
 *   their own at AWS
 * @param maxAttempts - how often a request is tried
 */
export function createClient(
  region: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  maxAttempts = MAX_ATTEMPTS,
): CloudWatchLogsClient {
  const disableHostPrefix = (env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS ?? env.AWS_ENDPOINT_URL) !== undefined;
  return new CloudWatchLogsClient(defined({ maxAttempts, region, disableHostPrefix }));
}

/** Pages of one log group; an abort ends a request under way. */
export function pagesOf(client: CloudWatchLogsClient, logGroup: string, abortSignal: AbortSignal): FetchPage {
  return async ({ startMs, endMs, pattern }, token) => {
    const command = new FilterLogEventsCommand({
      logGroupName: logGroup,
      startTime: startMs,
      endTime: endMs,
      filterPattern: pattern,
      nextToken: token,
    });
    const { events = [], nextToken } = await client.send(command, { abortSignal });
    return { events: events.map(toEvent), nextToken };
  };
}

function toEvent({ eventId = '', logStreamName = '', timestamp = 0, message = '' }: FilteredLogEvent): FoundEvent {
  return { id: eventId, stream: logStreamName, timeMs: timestamp, text: message };
}
