import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { defined } from '../../../lambda/pool/defined.ts';
import type { HttpResponse } from './response.ts';

/** The CORS configuration of an HTTP API. */
export interface CorsConfiguration {
  /** Origins, or `*`, `https://*`, `http://*` */
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** Seconds for which a browser may keep the answer to a preflight request */
  readonly maxAgeSec: number | undefined;
  readonly allowCredentials: boolean;
}

/** Whether a browser asks if it may send a request from another origin. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && 'access-control-request-method' in headers;
}

/** What API Gateway itself answers to a preflight request that no route takes, before {@link withCors}. */
export const PREFLIGHT_ANSWER: HttpResponse = { statusCode: 204, headers: {}, body: '' };

/**
 * Replaces the CORS headers of a response by those of the API's configuration, as API Gateway does: "API Gateway
 * ignores CORS headers returned from your backend integration". A request without `origin`, or with one that is not
 * allowed, gets none.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function withCors(cors: CorsConfiguration, request: IncomingMessage, response: HttpResponse): HttpResponse {
  const own = Object.entries(response.headers).filter(([name]) => !name.startsWith('access-control-'));
  return { ...response, headers: { ...Object.fromEntries(own), ...corsHeaders(cors, request) } };
}

function corsHeaders(cors: CorsConfiguration, request: IncomingMessage): OutgoingHttpHeaders {
  const { origin } = request.headers;
  const allowed = origin === undefined ? undefined : allowedOrigin(cors.allowOrigins, origin);
  if (allowed === undefined) return {};
  return {
    'access-control-allow-origin': allowed,
    ...(cors.allowCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(isPreflight(request) ? preflightHeaders(cors) : listed('access-control-expose-headers', cors.exposeHeaders)),
  };
}

function allowedOrigin(patterns: readonly string[], origin: string): string | undefined {
  if (patterns.includes('*')) return '*';
  const fits = (pattern: string) =>
    pattern.endsWith('://*') ? origin.startsWith(pattern.slice(0, -1)) : pattern === origin;
  return patterns.some(fits) ? origin : undefined;
}

function preflightHeaders({ allowMethods, allowHeaders, maxAgeSec }: CorsConfiguration): OutgoingHttpHeaders {
  return defined({
    ...listed('access-control-allow-methods', allowMethods),
    ...listed('access-control-allow-headers', allowHeaders),
    'access-control-max-age': maxAgeSec === undefined ? undefined : String(maxAgeSec),
  });
}

function listed(name: string, values: readonly string[]): OutgoingHttpHeaders {
  return values.length === 0 ? {} : { [name]: values.join(',') };
}
