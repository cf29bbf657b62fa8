import type { FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { defined } from '../../../lambda/pool/defined.ts';
import type { FetchPage, LogEvent } from './events.ts';

/** Patient with throttling: following asks for hours, and the first refusal must not end it. */
const MAX_ATTEMPTS = 6;

/** A client for a region; without one the user's AWS configuration decides. */
export function createClient(region: string | undefined): CloudWatchLogsClient {
  return new CloudWatchLogsClient(defined({ maxAttempts: MAX_ATTEMPTS, region }));
}

/** Pages of one log group; an abort ends a request under way. */
export function pagesOf(client: CloudWatchLogsClient, logGroup: string, abortSignal: AbortSignal): FetchPage {
  return async ({ startMs, pattern }, token) => {
    const command = new FilterLogEventsCommand({
      logGroupName: logGroup,
      startTime: startMs,
      filterPattern: pattern,
      nextToken: token,
    });
    const { events = [], nextToken } = await client.send(command, { abortSignal });
    return { events: events.map(toLogEvent), nextToken };
  };
}

function toLogEvent({ eventId = '', timestamp = 0, message = '' }: FilteredLogEvent): LogEvent {
  return { id: eventId, timeMs: timestamp, text: message };
}
