import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Authorizer } from './authorizer.ts';
import { withCaller } from './authorizer.ts';
import { BodyReader, hasBody } from './body.ts';
import type { CorsConfiguration } from './cors.ts';
import { isPreflight, PREFLIGHT_ANSWER, withCors } from './cors.ts';
import type { RoutedRequest } from './event.ts';
import { toEvent } from './event.ts';
import type { HttpResponse } from './response.ts';
import { ownResponse, toResponse } from './response.ts';
import { routeTable } from './routes.ts';

/** Thrown by `invoke` when no environment of the function is free: API Gateway then answers 503. */
export class FunctionThrottled extends Error {}

/** An API: its routes, its stage, and the function behind it. */
export interface GatewayOptions {
  /** Route keys of the API: `POST /getvm`, `GET /pets/{id}`, `ANY /{proxy+}`, `$default` */
  readonly routes: readonly string[];
  /** Name of the stage, the first segment of every path; `$default` is served at the root */
  readonly stage: string;
  /** Runs the function; what it resolves to becomes the response, what it rejects with a 500 */
  readonly invoke: (event: APIGatewayProxyEventV2) => Promise<unknown>;
  /** Authorizers of the routes that demand an authorization, by route key */
  readonly authorizers?: ReadonlyMap<string, Authorizer>;
  /** Reports what a client sees only as a 500 */
  readonly onFault: (fault: unknown) => void;
  /** Answers a request in place of API Gateway, which goes on with those it returns nothing for */
  readonly intercept?: (request: IncomingMessage) => HttpResponse | undefined;
  readonly cors?: CorsConfiguration | undefined;
  readonly accountId?: string;
  readonly apiId?: string;
}

/** Answers that one connection may be owed: a client that sends more before it has read any is cut off. */
const MAX_UNREAD_ANSWERS = 256;

const NOT_FOUND = ownResponse(404, '{"message":"Not Found"}');
const TOO_LARGE = ownResponse(413, '{"message":"Request Entity Too Large"}');
const INTERNAL_SERVER_ERROR = ownResponse(500, '{"message":"Internal Server Error"}');
const SERVICE_UNAVAILABLE = ownResponse(503, '{"message":"Service Unavailable"}');

/** Nobody waits for the answer to a body that was broken off. */
const ANSWER_WITHOUT_BODY = { 'too large': TOO_LARGE, 'no room': SERVICE_UNAVAILABLE, aborted: undefined };

/**
 * An HTTP API on this machine: takes requests, hands them to a function as API Gateway events (payload format 2.0)
 * and answers with what it returns. The caller makes it listen, and stops it like any `http.Server`.
 */
export function createGateway(options: GatewayOptions): Server {
  const { cors, intercept } = options;
  const answer = answerer(options);
  const owed = new WeakMap<Socket, number>();

  async function answerOrFault(request: IncomingMessage): Promise<HttpResponse | undefined> {
    try {
      return intercept?.(request) ?? (await answer(request));
    } catch (fault) {
      options.onFault(fault);
      return fault instanceof FunctionThrottled ? SERVICE_UNAVAILABLE : INTERNAL_SERVER_ERROR;
    }
  }

  return createServer((request, response) => {
    if (owesTooMuch(owed, request.socket, response)) {
      request.socket.destroy();
      return;
    }
    void answerOrFault(request).then((answered) => {
      if (answered) send(response, cors === undefined ? answered : withCors(cors, request, answered), options.onFault);
    });
  });
}

function answerer(options: GatewayOptions): (request: IncomingMessage) => Promise<HttpResponse | undefined> {
  const { stage, accountId = '000000000000', apiId = 'local' } = options;
  const findRoute = routeTable(options.routes);
  const stagePrefix = stage === '$default' ? '' : `/${stage}`;
  const bodies = new BodyReader();

  return async (request) => {
    const { path, rawQueryString } = splitTarget(request.url ?? '/');
    const pathInStage = withoutPrefix(path, stagePrefix);
    const route = pathInStage === undefined ? undefined : findRoute(request.method ?? '', pathInStage);
    // A `$default` route takes every preflight request, as it takes any other.
    if (!route) return options.cors && isPreflight(request) ? PREFLIGHT_ANSWER : NOT_FOUND;

    const body = hasBody(request) ? await bodies.read(request) : undefined;
    if (typeof body === 'string') return ANSWER_WITHOUT_BODY[body];

    const routed = { request, path, rawQueryString, body, route };
    const event = toEvent(routed, { accountId, apiId, stage }, Date.now());
    return answerAuthorized(options, event, routed);
  };
}

/** Invokes the function, unless the route has an authorizer that refuses the request. */
async function answerAuthorized(
  { authorizers, invoke }: GatewayOptions,
  event: APIGatewayProxyEventV2,
  routed: RoutedRequest,
): Promise<HttpResponse> {
  const authorize = authorizers?.get(event.routeKey);
  if (authorize === undefined) return toResponse(await invoke(event));
  const verdict = await authorize(event, routed);
  return 'refusal' in verdict ? verdict.refusal : toResponse(await invoke(withCaller(event, verdict.caller)));
}

/** Splits a request target, which may be in absolute form: RFC 9112, section 3.2.2. */
function splitTarget(target: string): { path: string; rawQueryString: string } {
  const url = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*\/?/i, '/');
  const queryAt = url.indexOf('?');
  if (queryAt < 0) return { path: url, rawQueryString: '' };
  return { path: url.slice(0, queryAt), rawQueryString: url.slice(queryAt + 1) };
}

/** The path inside the stage, or undefined when it is outside. */
function withoutPrefix(path: string, prefix: string): string | undefined {
  if (path === prefix) return '/';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
}

/** Counts the answers that a connection has not got yet. */
function owesTooMuch(owed: WeakMap<Socket, number>, socket: Socket, response: ServerResponse): boolean {
  const count = (owed.get(socket) ?? 0) + 1;
  owed.set(socket, count);
  response.once('close', () => owed.set(socket, (owed.get(socket) ?? 1) - 1));
  return count > MAX_UNREAD_ANSWERS;
}

function send(response: ServerResponse, answer: HttpResponse, onFault: GatewayOptions['onFault']): void {
  try {
    write(response, answer);
  } catch (fault) {
    onFault(fault);
    write(response, INTERNAL_SERVER_ERROR);
  }
}

function write(response: ServerResponse, { statusCode, headers, body }: HttpResponse): void {
  response.writeHead(statusCode, headers);
  response.end(body);
}
