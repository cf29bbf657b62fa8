import type { AwsAnswer, AwsOptions, AwsRequest } from './client.ts';
import { AwsClient } from './client.ts';
import { AwsError, wasThrottled } from './error.ts';
import { jsonErrorCode } from './json-request.ts';

const LIMITS = { connections: 64, connectionTimeoutMs: 1_000 };

/** The pause before the second try, milliseconds: from here, and up to twice as long. */
const PAUSE_MS = 50;

/** A connection that AWS had closed while this process was frozen or idle. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE']);

/** How long a call may take, all of it. */
export interface CallLimits {
  readonly timeoutMs: number;
  /** Ends the call earlier. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls one service of AWS. A call that is throttled, that meets a fault of the service, or whose connection breaks is
 * sent once more, within the same limit: only what may happen twice is to be called this way.
 */
export class AwsService {
  /** Where requests go, for errors. */
  readonly place: string;
  private readonly client: AwsClient;

  /** @param service - its name in signatures and addresses: `kms`, `s3` */
  constructor(
    readonly service: string,
    options: AwsOptions,
  ) {
    this.client = new AwsClient(service, options, LIMITS);
    this.place = this.client.place;
  }

  /**
   * @returns an answer of success, or 304
   * @throws {@link AwsError}
   */
  async send(request: AwsRequest, { timeoutMs, signal }: CallLimits): Promise<AwsAnswer> {
    const limit = AbortSignal.timeout(timeoutMs);
    const either = signal === undefined ? limit : AbortSignal.any([limit, signal]);
    try {
      return await this.sendOnce(request, either);
    } catch (error) {
      if (!isWorthASecondTry(error as AwsError)) throw error;
      await pause(PAUSE_MS * (1 + Math.random()));
      return this.sendOnce(request, either);
    }
  }

  private async sendOnce(request: AwsRequest, signal: AbortSignal): Promise<AwsAnswer> {
    const answer = await this.client.send(request, { signal }).catch((error: unknown) => {
      throw new AwsError(this.service, signal.aborted ? nameOf(signal.reason) : networkCode(error));
    });
    if (answer.status < 300 || answer.status === 304) return answer;
    const { code, words } = problemOf(answer);
    throw new AwsError(this.service, code, answer.status, words);
  }
}

function isWorthASecondTry({ status, code }: AwsError): boolean {
  if (status === undefined) return BROKEN.has(code);
  return status >= 500 || wasThrottled({ code, status });
}

/** Not the error itself: one of HTTP's parser has a part of the answer. */
function networkCode(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name;
}

/** `TimeoutError`, or `AbortError` when the caller ended the call. */
function nameOf(reason: unknown): string {
  return (reason as Partial<Error> | undefined)?.name ?? 'AbortError';
}

/**
 * The code of an error and AWS's words, in each of the forms of the protocols: a header for REST, JSON, and S3's XML.
 */
function problemOf({ headers, body }: AwsAnswer): { code: string; words: string } {
  const inXml = (tag: string) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(body)?.[1];
  const { __type, message, Message } = jsonOf(body);
  const code = headers['x-amzn-errortype']?.split(':')[0] ?? __type ?? inXml('Code');
  return { code: plain(jsonErrorCode(code)), words: message ?? Message ?? inXml('Message') ?? '' };
}

/** A code is a word; whatever else stands in its place is not quoted. */
function plain(code: string): string {
  return /^[\w.]{1,100}$/.test(code) ? code : 'unknown';
}

function jsonOf(body: string): Partial<Record<'__type' | 'message' | 'Message', string>> {
  try {
    return (JSON.parse(body) as object | null) ?? {};
  } catch {
    return {};
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
