import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { toEvent } from './event.ts';
import { ownResponse, toResponse, type HttpResponse } from './response.ts';
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
  /** Told of what a client sees only as a 500 */
  readonly onFault: (fault: unknown) => void;
  readonly accountId?: string;
  readonly apiId?: string;
}

/** Quota of API Gateway for HTTP APIs: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

const NOT_FOUND = ownResponse(404, '{"message":"Not Found"}');
const TOO_LARGE = ownResponse(413, '{"message":"Request Entity Too Large"}');
const INTERNAL_SERVER_ERROR = ownResponse(500, '{"message":"Internal Server Error"}');
const SERVICE_UNAVAILABLE = ownResponse(503, '{"message":"Service Unavailable"}');

/**
 * An HTTP API on this machine: takes requests, hands them to a function as API Gateway events (payload format 2.0)
 * and answers with what it returns. Not listening yet; it can be stopped like any `http.Server`.
 */
export function createGateway(options: GatewayOptions): Server {
  const { stage, accountId = '000000000000', apiId = 'local' } = options;
  const findRoute = routeTable(options.routes);
  const stagePrefix = stage === '$default' ? '' : `/${stage}`;
  const api = { accountId, apiId, stage };

  async function answer(request: IncomingMessage): Promise<HttpResponse | undefined> {
    const { path, rawQueryString } = splitUrl(request.url ?? '/');
    const pathInStage = withoutPrefix(path, stagePrefix);
    const route = pathInStage === undefined ? undefined : findRoute(request.method ?? '', pathInStage);
    if (!route) return NOT_FOUND;

    const body = hasBody(request) ? await readBody(request) : undefined;
    if (body === 'aborted') return undefined;
    if (body === 'too large') return TOO_LARGE;

    const event = toEvent({ request, path, rawQueryString, body, route }, api, Date.now());
    return toResponse(await options.invoke(event));
  }

  function answerFault(fault: unknown): HttpResponse {
    options.onFault(fault);
    return fault instanceof FunctionThrottled ? SERVICE_UNAVAILABLE : INTERNAL_SERVER_ERROR;
  }

  return createServer((request, response) => {
    answer(request)
      .then((answered) => {
        if (answered) send(response, answered);
      })
      .catch((fault: unknown) => {
        send(response, answerFault(fault));
      });
  });
}

function splitUrl(url: string): { path: string; rawQueryString: string } {
  const queryAt = url.indexOf('?');
  if (queryAt < 0) return { path: url, rawQueryString: '' };
  return { path: url.slice(0, queryAt), rawQueryString: url.slice(queryAt + 1) };
}

/** The path inside the stage, or undefined when it leads to no stage. */
function withoutPrefix(path: string, prefix: string): string | undefined {
  if (path === prefix) return '/';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
}

/** RFC 9112 section 6.3: a request without either header has no body. */
function hasBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}

/** Reads the whole body. What comes past the limit is thrown away unread by `node:http` once the answer is out. */
function readBody(request: IncomingMessage): Promise<Buffer | 'too large' | 'aborted' | undefined> {
  if (Number(request.headers['content-length']) > MAX_BODY_BYTES) return Promise.resolve('too large');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const abort = () => {
      resolve('aborted');
    };
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) resolve('too large');
      else chunks.push(chunk);
    });
    request.on('end', () => {
      resolve(bytes === 0 ? undefined : Buffer.concat(chunks));
    });
    request.on('close', abort);
    request.on('error', abort);
  });
}

function send(response: ServerResponse, { statusCode, headers, body }: HttpResponse): void {
  response.writeHead(statusCode, headers);
  response.end(body);
}
