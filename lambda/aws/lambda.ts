import { escapeUri } from '@smithy/core/protocols';
import type { AwsOptions } from './client.ts';
import { AwsError } from './error.ts';
import { AwsService } from './service.ts';

/**
 * Runs a Lambda function and waits for its answer. Lambda may run it twice, as always.
 *
 * @param functionName - name or ARN
 * @param payload - becomes the function's event, as JSON
 * @param timeoutMs - longest wait, the second try included
 * @returns what the function answered, which nobody has checked yet
 * @throws AwsError when it can't be run, and `FunctionError` when it threw, ran out of time or of memory
 */
export type Invoke = (
  functionName: string,
  payload: unknown,
  timeoutMs: number,
  signal?: AbortSignal,
) => Promise<unknown>;

/** Makes what runs Lambda functions (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). */
export function functionInvoker(options: AwsOptions): Invoke {
  const lambda = new AwsService('lambda', options);
  return async (functionName, payload, timeoutMs, signal) => {
    const path = `/2015-03-31/functions/${escapeUri(functionName)}/invocations`;
    const headers = { 'content-type': 'application/json' };
    const request = { method: 'POST', path, headers, body: JSON.stringify(payload) } as const;
    const { status, headers: answered, body } = await lambda.send(request, { timeoutMs, signal });
    const failed = answered['x-amz-function-error'] !== undefined;
    const answer = jsonOf(body);
    if (failed) throw new AwsError('lambda', `FunctionError ${errorTypeOf(answer)}`, status);
    if (answer === undefined) throw new AwsError('lambda', 'UnreadableAnswer', status);
    return answer;
  };
}

/** Undefined if it is not JSON: the parser's own error quotes the text. */
function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Such as `Sandbox.Timedout`. Not the message: it may quote the event. */
function errorTypeOf(answer: unknown): string {
  const { errorType } = (answer ?? {}) as { errorType?: unknown };
  return typeof errorType === 'string' && /^[\w.]{1,80}$/.test(errorType) ? errorType : 'unknown';
}
