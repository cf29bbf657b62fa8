import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Stands before an API: keeps the first request of one route back until it is told, and passes the others on. */
export class HoldingProxy {
  private held: (() => Promise<Response>) | undefined;

  private constructor(
    private readonly target: URL,
    private readonly route: string,
    private readonly server: Server,
  ) {}

  /** @param target - base URL of the API @param route - such as `POST /getvm` */
  static async start(target: string, route: string): Promise<HoldingProxy> {
    const server = createServer((request, response) => {
      void proxy.answer(request).then(async (answer) => {
        if (answer === undefined) return;
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
        response.end(await answer.text());
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new HoldingProxy(new URL(target), route, server);
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.target.pathname}`;
  }

  /** Whether a request is kept back. */
  get isHolding(): boolean {
    return this.held !== undefined;
  }

  /** Sends the request that was kept back. @returns its answer, for which nobody waits any more */
  async letGo(): Promise<Response> {
    if (this.held === undefined) throw new Error('no request is kept back');
    return this.held();
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage): Promise<Response | undefined> {
    const { method = '', url = '', headers } = request;
    const body = method === 'POST' ? await text(request) : null;
    const kept = ['content-type', 'idempotency-key'].flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    });
    const send = () =>
      fetch(new URL(url, this.target), { method, body, headers: Object.fromEntries(kept) as HeadersInit });
    const isMeant = `${method} ${url}` === this.route.replace(' ', ` ${this.target.pathname}`);
    if (!isMeant || this.isHolding) return send();
    this.held = send;
    return undefined;
  }
}
