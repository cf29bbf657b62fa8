import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { Problem, invalidRequest } from './problem.ts';

/** Parameters as they came, by name; whether they are right is for the schema of the call to say. */
export type RawParameters = Readonly<Record<string, unknown>>;

/** Largest body, bytes; a request is a handful of short fields. */
const MAX_BODY_BYTES = 8 * 1024;

/**
 * Collects the parameters of a request. A JSON body, a form body and the query string mean the same, so a parameter may
 * come in any of them, but only once.
 *
 * @param headers - names of headers that are parameters of the call as well
 * @throws {@link Problem} 400, 413 or 415
 */
export function parametersOf(event: APIGatewayProxyEventV2, headers: readonly string[] = []): RawParameters {
  const pairs = [...queryPairs(event), ...bodyPairs(event), ...headerPairs(event, headers)];
  const parameters = new Map(pairs);
  if (parameters.size < pairs.length) throw invalidRequest(repeated(pairs.map(([name]) => name)));
  // Object.fromEntries defines every name as an own property, so that even `__proto__` is only a name.
  return Object.fromEntries(parameters);
}

/** The value of a header, whatever the case of its name. */
export function headerOf(event: APIGatewayProxyEventV2, lowerCaseName: string): string | undefined {
  const direct = event.headers[lowerCaseName];
  if (direct !== undefined) return direct;
  return Object.entries(event.headers).find(([name]) => name.toLowerCase() === lowerCaseName)?.[1];
}

function queryPairs({ rawQueryString }: APIGatewayProxyEventV2): Iterable<[string, unknown]> {
  return rawQueryString === '' ? [] : new URLSearchParams(rawQueryString);
}

function headerPairs(event: APIGatewayProxyEventV2, names: readonly string[]): [string, unknown][] {
  const pairs = names.map((name): [string, unknown] => [name, headerOf(event, name.toLowerCase())]);
  return pairs.filter(([, value]) => value !== undefined);
}

function bodyPairs(event: APIGatewayProxyEventV2): Iterable<[string, unknown]> {
  const { body = '', isBase64Encoded } = event;
  const bytes = Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes === 0) return [];
  if (bytes > MAX_BODY_BYTES) {
    throw new Problem(413, 'payload_too_large', `the body has ${bytes} bytes; at most ${MAX_BODY_BYTES} are read`);
  }
  const [mediaType = ''] = (headerOf(event, 'content-type') ?? '').split(';');
  switch (mediaType.trim().toLowerCase()) {
    case 'application/json':
      return jsonPairs(textOf(event));
    case 'application/x-www-form-urlencoded':
      return formPairs(textOf(event));
    default:
      throw new Problem(
        415,
        'unsupported_media_type',
        'a body must have content-type application/json or application/x-www-form-urlencoded',
        { headers: { 'accept-post': 'application/json, application/x-www-form-urlencoded' } },
      );
  }
}

/** Some editors and shells put it before what they send as UTF-8; the decoder drops it by itself. */
const BYTE_ORDER_MARK = /^\uFEFF/;

/** Made once: that takes longer than to read a body with it. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

function textOf({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): string {
  if (!isBase64Encoded) return body.replace(BYTE_ORDER_MARK, '');
  try {
    return UTF8.decode(Buffer.from(body, 'base64'));
  } catch {
    throw invalidBody('must be UTF-8');
  }
}

function jsonPairs(text: string): Iterable<[string, unknown]> {
  const value = jsonValue(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidBody('must be a JSON object');
  return Object.entries(value);
}

function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidBody('must be a JSON object, but is no JSON');
  }
}

/** `curl -d '{...}'` sends JSON under a form's name; saying so saves its user a long look. */
function formPairs(text: string): Iterable<[string, unknown]> {
  if (text.trimStart().startsWith('{'))
    throw invalidBody('looks like JSON; send it with content-type: application/json');
  return new URLSearchParams(text);
}

function invalidBody(message: string): Problem {
  return invalidRequest([{ field: 'body', message }]);
}

function repeated(names: readonly string[]): { field: string; message: string }[] {
  const twice = new Set(names.filter((name, at) => names.indexOf(name) !== at));
  return [...twice].map((field) => ({ field, message: 'is given more than once; give it once' }));
}
