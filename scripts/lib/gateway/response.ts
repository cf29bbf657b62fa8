import type { OutgoingHttpHeaders } from 'node:http';

/** What goes out over HTTP. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: OutgoingHttpHeaders;
  /** Text stays text: `node:http` then sends head and body in one write */
  readonly body: string | Buffer;
}

/** The result a function may give for payload format 2.0, before anything of it was checked. */
interface StructuredResult {
  readonly statusCode: unknown;
  readonly headers?: Readonly<Record<string, boolean | number | string>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/**
 * The response that API Gateway makes of what a function returned, payload format 2.0: a result without `statusCode`
 * is the body of a 200 in JSON, each cookie becomes a `set-cookie` header, `isBase64Encoded` bodies are decoded.
 *
 * @throws TypeError when the function gave a status code that HTTP does not have
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toResponse(result: unknown): HttpResponse {
  if (!isStructured(result)) {
    return ownResponse(200, typeof result === 'string' ? result : JSON.stringify(result ?? null));
  }
  const text = result.body ?? '';
  const body = result.isBase64Encoded ? Buffer.from(text, 'base64') : text;
  return { statusCode: checkedStatus(result.statusCode), headers: headersOf(result, body), body };
}

function checkedStatus(statusCode: unknown): number {
  const status = Number(statusCode);
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw new TypeError(`the function returned the status code ${String(statusCode)}`);
}

function headersOf({ headers = {}, cookies = [] }: StructuredResult, body: string | Buffer): OutgoingHttpHeaders {
  const sent: OutgoingHttpHeaders = {};
  for (const name in headers) sent[name.toLowerCase()] = String(headers[name]);
  if (cookies.length > 0) sent['set-cookie'] = [...cookies];
  sent['content-length'] = Buffer.byteLength(body);
  return sent;
}

/** A response of API Gateway itself, which speaks JSON. */
export function ownResponse(statusCode: number, json: string): HttpResponse {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) };
  return { statusCode, headers, body: json };
}

function isStructured(result: unknown): result is StructuredResult {
  return typeof result === 'object' && result !== null && 'statusCode' in result;
}
