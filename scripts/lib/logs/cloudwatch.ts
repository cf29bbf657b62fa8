import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import type { FetchPage, LogEvent } from './events.ts';

/** Patient with throttling: following asks again and again for hours, and must not end on the first refusal. */
const MAX_ATTEMPTS = 6;

/**
 * A client for a region. Without one the AWS configuration of whoever calls decides, `AWS_DEFAULT_REGION` included, which the
 * AWS CLI and Terraform know, but not this SDK.
 */
export function createClient(
  wanted: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): CloudWatchLogsClient {
  const region = [wanted, env.AWS_REGION, env.AWS_DEFAULT_REGION].find(Boolean);
  return new CloudWatchLogsClient({ maxAttempts: MAX_ATTEMPTS, ...(region === undefined ? {} : { region }) });
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
