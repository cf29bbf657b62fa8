import { visible } from '../logs/terminal.ts';
import type { Answer } from './client.ts';

/**
 * An answer in one line: status, code, detail and requestId. Never its other members, because an answer may hold login
 * material.
 */
export function worded({ status, headers, body }: Answer): string {
  const { code, detail, message } = body;
  const id = body.requestId ?? headers.get('x-request-id') ?? headers.get('apigw-requestid');
  // Only an error's message: that of a grant belongs to its holder.
  const text = detail ?? (status >= 400 ? message : undefined);
  const parts = [
    String(status),
    ...(typeof code === 'string' ? [code] : []),
    ...(typeof text === 'string' ? [JSON.stringify(text)] : []),
    ...(typeof id === 'string' ? [`requestId ${id}`] : []),
  ];
  return visible(parts.join(' '));
}

/** Why a request got no answer: `fetch` hides the reason in the cause. */
export function wordedError(error: unknown): string {
  if (!(error instanceof Error)) return visible(String(error));
  return visible(error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message);
}
