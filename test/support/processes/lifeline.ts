import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';

/** URLs of emulated services of AWS, by the service in a signature; `default` for all others. */
export interface Services {
  readonly default: string;
  readonly dynamodb: string;
  readonly lambda: string;
}

/**
 * The call in which a process dies, by its number among those that change something, from 0. It never arrives, or only
 * its answer is lost. To the world it is the same at which of the looks before it a process dies.
 */
export interface LastCall {
  readonly index: number;
  readonly fate: 'lost' | 'done';
}

/** Operations that only look. */
const LOOKS = /^(Describe|Get|Query|BatchGet|TransactGet)/;

/**
 * All that connects one process of the function to AWS. It can end at any call, and then nothing comes through any
 * more: to AWS it looks as if the process were killed there.
 */
export class Lifeline {
  /** The call in which it ended. */
  readonly ended: Promise<string>;
  private end: (call: string) => void = () => undefined;
  private hasEnded = false;
  private changes = 0;

  private constructor(
    private readonly server: Server,
    private readonly services: Services,
    private readonly last: LastCall | undefined,
  ) {
    this.ended = new Promise((resolve) => (this.end = resolve));
    server.on('request', (request, response) => void this.serve(request, response));
  }

  /** @param last - where it ends; undefined: it holds */
  static async start(services: Services, last?: LastCall): Promise<Lifeline> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Lifeline(server, services, last);
  }

  /** Variables of the function's environment that lead all its calls here. */
  get variables(): Readonly<Record<string, string>> {
    const url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return { AWS_ENDPOINT_URL: url, AWS_ENDPOINT_URL_DYNAMODB: url, AWS_ENDPOINT_URL_LAMBDA: url };
  }

  /** Ends it for good. Until then its port belongs to nobody else. */
  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (this.hasEnded) return;
    const [, service = ''] =
      /Credential=[^/]+\/[^/]+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
    const operation = operationOf(request, body);
    const { index, fate } = this.last ?? {};
    const isLast = !LOOKS.test(operation) && this.changes++ === index;
    this.hasEnded = isLast;
    if (!isLast || fate === 'done') {
      const answer = await forwarded(this.urlOf(service), request, body);
      if (!this.hasEnded) response.writeHead(answer.status, answer.headers).end(answer.body);
    }
    if (isLast) this.end(`${service} ${operation}`);
  }

  private urlOf(service: string): string {
    return service === 'dynamodb' || service === 'lambda' ? this.services[service] : this.services.default;
  }
}

function operationOf({ headers, url = '' }: IncomingMessage, body: string): string {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.split('.').at(-1) ?? '';
  return new URLSearchParams(body).get('Action') ?? url.split('/').at(-1) ?? '';
}

async function forwarded(to: string, { method, url, headers }: IncomingMessage, body: string) {
  const outgoing = httpRequest(new URL(url ?? '/', to), { method, headers });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const answered = { ...incoming.headers } as Record<string, string>;
  delete answered.connection; // of this connection alone
  return { status: incoming.statusCode ?? 502, headers: answered, body: await buffer(incoming) };
}
