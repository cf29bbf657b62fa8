import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** A text with a media type of its own. */
export class TextBody {
  /** @param more - headers with lower-case names; whether `text` is base64 */
  constructor(
    readonly type: string,
    readonly text: string,
    readonly more: { readonly headers?: Readonly<Record<string, string>>; readonly isBase64Encoded?: boolean } = {},
  ) {}
}

/** The answer to a request, before it is written for API Gateway. */
export interface Answer {
  readonly status: number;
  /** An object is sent as JSON, a text as it is; as plain text, unless it is a {@link TextBody}. Absent: no body. */
  readonly body?: object | string;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Writes an answer for API Gateway (payload format 2.0). No answer may be cached: each is true for a moment only, and
 * some carry login material.
 */
export function toResult({ status, body, headers }: Answer, requestId: string): APIGatewayProxyStructuredResultV2 {
  const sent: Record<string, string> = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
  };
  if (headers !== undefined) Object.assign(sent, headers);
  if (body === undefined) {
    delete sent['content-type'];
    return { statusCode: status, headers: sent };
  }
  const text = typeof body === 'string' ? new TextBody('text/plain; charset=utf-8', body) : body;
  if (!(text instanceof TextBody)) return { statusCode: status, headers: sent, body: JSON.stringify(body) };
  sent['content-type'] = text.type;
  const { headers: ofText, ...encoding } = text.more;
  return { statusCode: status, headers: { ...sent, ...ofText }, body: text.text, ...encoding };
}

/** The same without its body, for `HEAD`. */
export function toHeadResult(answer: Answer, requestId: string): APIGatewayProxyStructuredResultV2 {
  const result = toResult(answer, requestId);
  delete result.body;
  return result;
}
