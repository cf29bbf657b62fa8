import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { RouteMatch } from './routes.ts';
import { percentDecoded } from './routes.ts';

/** The API, as its events name it. */
export interface ApiIdentity {
  readonly accountId: string;
  readonly apiId: string;
  readonly stage: string;
}

/** What an event needs of a request of `node:http`. */
export interface SourceRequest extends Pick<IncomingMessage, 'method' | 'httpVersion' | 'rawHeaders'> {
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** A request whose body was read and whose route is known. */
export interface RoutedRequest {
  readonly request: SourceRequest;
  /** With the stage, without the query, as it was sent */
  readonly path: string;
  readonly rawQueryString: string;
  readonly body: Buffer | undefined;
  readonly route: RouteMatch;
}

/**
 * The event that API Gateway makes of a request, payload format 2.0.
 *
 * Left out are the headers that the network before API Gateway adds (`x-forwarded-*`, `x-amzn-trace-id`).
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toEvent(routed: RoutedRequest, api: ApiIdentity, nowMs: number): APIGatewayProxyEventV2 {
  const { rawQueryString, body, route } = routed;
  const { headers, cookies } = headersAndCookies(routed.request.rawHeaders);
  // Despite its name it is not raw: an HTTP API decodes the path (https://github.com/hotsock/voker/pull/8).
  const rawPath = percentDecoded(routed.path);
  const event: APIGatewayProxyEventV2 = {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath,
    rawQueryString,
    headers,
    requestContext: {
      accountId: api.accountId,
      apiId: api.apiId,
      ...domain(headers.host),
      http: {
        method: routed.request.method ?? '',
        path: rawPath,
        protocol: `HTTP/${routed.request.httpVersion}`,
        sourceIp: routed.request.socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: route.routeKey,
      stage: api.stage,
      time: commonLogTime(nowMs),
      timeEpoch: nowMs,
    },
    isBase64Encoded: body !== undefined && !isText(headers['content-type']),
  };
  if (cookies) event.cookies = cookies;
  if (rawQueryString) event.queryStringParameters = queryParameters(rawQueryString);
  if (route.pathParameters) event.pathParameters = route.pathParameters;
  if (body) event.body = body.toString(event.isBase64Encoded ? 'base64' : 'utf8');
  return event;
}

function domain(host = ''): { domainName: string; domainPrefix: string } {
  const [domainPrefix = ''] = host.split('.', 1);
  return { domainName: host, domainPrefix };
}

const TEXT_TYPES = new Set(['application/json', 'application/xml', 'application/javascript']);

/**
 * Whether API Gateway passes a body of this content type on unchanged; any other arrives in base64. AWS documents only
 * that "binary" bodies are encoded; on AWS, all but these types are, forms and bodies without a type too.
 *
 * @see https://github.com/ministackorg/ministack/pull/766 for what was observed on AWS
 */
export function isText(contentType: string | undefined): boolean {
  if (contentType === undefined) return false;
  const mediaType = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
  return mediaType.startsWith('text/') || TEXT_TYPES.has(mediaType);
}

/** `07/Aug/2026:01:37:53 +0000`, the time format of the Common Log Format. */
export function commonLogTime(epochMs: number): string {
  const utc = new Date(epochMs).toUTCString(); // Fri, 07 Aug 2026 01:37:53 GMT
  return `${utc.slice(5, 7)}/${utc.slice(8, 11)}/${utc.slice(12, 16)}:${utc.slice(17, 25)} +0000`;
}

/** A header or parameter has one value; undefined is one that was not sent. */
type Values = Record<string, string | undefined>;

/** Names in lower case, repeats joined by a comma; cookies are a separate field. */
function headersAndCookies(rawHeaders: readonly string[]): { headers: Values; cookies?: string[] } {
  const headers = dictionary();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    append(headers, rawHeaders[i]?.toLowerCase() ?? '', rawHeaders[i + 1] ?? '');
  }
  const { cookie } = headers;
  if (cookie === undefined) return { headers };
  delete headers.cookie;
  return { headers, cookies: cookie.split(/[;,]\s*/) };
}

function queryParameters(rawQueryString: string): Values {
  const parameters = dictionary();
  for (const [name, value] of new URLSearchParams(rawQueryString)) append(parameters, name, value);
  return parameters;
}

function append(joined: Values, name: string, value: string): void {
  const before = joined[name];
  joined[name] = before === undefined ? value : `${before},${value}`;
}

/** Without a prototype, as clients choose the names and `constructor` is one of them. */
function dictionary(): Values {
  return Object.create(null) as Values;
}
