import type { AwsOptions } from './client.ts';
import { AwsError } from './error.ts';
import { JsonApi } from './json-api.ts';
import { allPages } from './pages.ts';

/** Longest that one call may take, the second try included, milliseconds. */
const CALL_MS = 3_000;

/** Most sessions on a page. */
const PAGE_SIZE = 200;

const SESSION_ID = /^[\w.,@+=-]{1,96}$/;
const STREAM_URL = /^wss:\/\/[\w.-]+(:\d{1,5})?\/[\x21-\x7e]{1,2000}$/;
const TOKEN = /^[\x21-\x7e]{1,10000}$/;

/** What the Session Manager plugin of the AWS CLI needs to connect. */
export interface StartedSession {
  readonly sessionId: string;
  /** `wss://ssmmessages.REGION.amazonaws.com/...` */
  readonly streamUrl: string;
  /** Whoever has it has the session. Never log it. */
  readonly tokenValue: string;
}

/** Sessions of AWS Systems Manager. */
export interface Sessions {
  /**
   * Starts a session that waits for its user. AWS may be asked twice, and then starts two; {@link active} has both.
   * @param reason - for AWS's own records, at most 256 characters
   * @throws AwsError such as `TargetNotConnected` when no agent runs on the instance
   */
  start(instanceId: string, reason: string): Promise<StartedSession>;

  /** Ids of all sessions of an instance that have not ended, whoever started them. */
  active(instanceId: string, signal?: AbortSignal): Promise<readonly string[]>;

  /** Ends a session. One that has ended already stays so; {@link active} shows whether it is over. */
  terminate(sessionId: string, signal?: AbortSignal): Promise<void>;
}

/** Makes a client (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartSession.html). */
export function createSessions(options: AwsOptions): Sessions {
  const ssm = new JsonApi('ssm', 'AmazonSSM', options);
  return {
    async start(instanceId, reason) {
      const wish = { Target: instanceId, Reason: reason };
      return startedSession(await ssm.call('StartSession', wish, { timeoutMs: CALL_MS }));
    },
    async active(instanceId, signal) {
      const filters = [{ key: 'Target', value: instanceId }];
      const wish = { State: 'Active', MaxResults: PAGE_SIZE, Filters: filters };
      return allPages('ssm', async (NextToken) => {
        const answer = await ssm.call('DescribeSessions', { ...wish, NextToken }, { timeoutMs: CALL_MS, signal });
        return pageOf(answer);
      });
    },
    async terminate(sessionId, signal) {
      const wish = { SessionId: sessionId };
      await ssm.call('TerminateSession', wish, { timeoutMs: CALL_MS, signal }).catch(unlessEnded);
    },
  };
}

type Answer = Readonly<Record<string, unknown>>;

function startedSession({ SessionId, StreamUrl, TokenValue }: Answer): StartedSession {
  return {
    sessionId: matching(SESSION_ID, SessionId),
    streamUrl: matching(STREAM_URL, StreamUrl),
    tokenValue: matching(TOKEN, TokenValue),
  };
}

function pageOf({ Sessions: sessions, NextToken }: Answer) {
  if (!Array.isArray(sessions)) throw unreadable();
  const items = (sessions as (Answer | null)[]).map((session) => matching(SESSION_ID, session?.SessionId));
  return { items, nextToken: typeof NextToken === 'string' ? NextToken : undefined };
}

/** @throws {@link AwsError} that has nothing of the value, which may be a token */
function matching(pattern: RegExp, value: unknown): string {
  if (typeof value === 'string' && pattern.test(value)) return value;
  throw unreadable();
}

function unreadable(): AwsError {
  return new AwsError('ssm', 'UnreadableAnswer', 200);
}

/** AWS refuses to end a session that has ended, or that it has forgotten. */
function unlessEnded(error: unknown): void {
  const { code } = error as AwsError;
  if (code !== 'ValidationException' && code !== 'DoesNotExistException') throw error;
}
