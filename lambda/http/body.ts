import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { headerOf } from './headers.ts';
import { repeatsNames, topLevelNames } from './json-names.ts';
import { invalidRequest, Problem } from './problem.ts';

/** Largest body, bytes; a request is a handful of short fields. */
const MAX_BODY_BYTES = 8 * 1024;

/**
 * Reads the parameters in a body, in their order; a name that is given twice comes twice.
 *
 * @throws {@link Problem} `invalid_request`, `payload_too_large` or `unsupported_media_type`
 */
export function bodyPairs(event: APIGatewayProxyEventV2): Iterable<[string, unknown]> {
  const { body = '', isBase64Encoded } = event;
  const bytes = Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes === 0) return [];
  if (bytes > MAX_BODY_BYTES) {
    throw new Problem('payload_too_large', `the body has ${bytes} bytes; at most ${MAX_BODY_BYTES} are read`);
  }
  refuseCompressed(event);
  const [mediaType = ''] = (headerOf(event, 'content-type') ?? '').split(';');
  switch (mediaType.trim().toLowerCase()) {
    case 'application/json':
      return jsonPairs(textOf(event));
    case 'application/x-www-form-urlencoded':
      return formPairs(textOf(event));
    default:
      throw new Problem(
        'unsupported_media_type',
        'a body must have content-type application/json or application/x-www-form-urlencoded',
        { headers: { 'accept-post': 'application/json, application/x-www-form-urlencoded' } },
      );
  }
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16 asks for `Accept-Encoding` in the answer. */
function refuseCompressed(event: APIGatewayProxyEventV2): void {
  const encoding = headerOf(event, 'content-encoding') ?? '';
  if (encoding === '' || encoding.toLowerCase() === 'identity') return;
  throw new Problem('unsupported_media_type', 'send the body without a content-encoding', {
    headers: { 'accept-encoding': 'identity' },
  });
}

/** Some editors and shells put it before UTF-8 text; the decoder drops it by itself. */
const BYTE_ORDER_MARK = /^\uFEFF/;

/** Made once: making one takes longer than reading a body with it. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

function textOf({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): string {
  if (!isBase64Encoded) return body.replace(BYTE_ORDER_MARK, '');
  try {
    return UTF8.decode(Buffer.from(body, 'base64'));
  } catch {
    throw invalidBody('must be UTF-8');
  }
}

/** `JSON.parse` keeps the last value of a name that is given twice, so the text is asked for its names. */
function jsonPairs(text: string): [string, unknown][] {
  const value = jsonValue(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidBody('must be a JSON object');
  const pairs = Object.entries(value);
  return repeatsNames(text, pairs.length) ? topLevelNames(text).map((name) => [name, undefined]) : pairs;
}

function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidBody('must be valid JSON');
  }
}

/** `curl -d '{...}'` labels JSON as a form; the refusal says so. */
function formPairs(text: string): Iterable<[string, unknown]> {
  if (text.trimStart().startsWith('{')) {
    throw invalidBody('looks like JSON; send it with content-type: application/json');
  }
  return new URLSearchParams(text);
}

function invalidBody(message: string): Problem {
  return invalidRequest([{ field: 'body', message }]);
}
