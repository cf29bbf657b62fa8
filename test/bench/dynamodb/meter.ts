import type { IncomingMessage, ServerResponse } from 'node:http';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { KeysAndAttributes, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { readUnits, writeUnits } from './prices.ts';

/** The cost of a call. */
export interface Cost {
  readonly requests: number;
  /** Requests that each waited for the one before. */
  readonly roundTrips: number;
  /** Read capacity units, for which AWS charges. */
  readonly rcu: number;
  /** Write capacity units. */
  readonly wcu: number;
}

interface Exchange extends Pick<Cost, 'rcu' | 'wcu'> {
  readonly startedMs: number;
  readonly endedMs: number;
}

interface Input {
  readonly TransactItems?: TransactWriteItem[];
  readonly RequestItems?: Record<string, KeysAndAttributes>;
}

interface Output {
  readonly ConsumedCapacity?: { readonly CapacityUnits: number };
}

/** A proxy before DynamoDB that counts the cost of requests. */
export class Meter {
  private exchanges: Exchange[] = [];
  private readonly agent = new http.Agent({ keepAlive: true });
  private readonly server = http.createServer((request, response) => {
    this.pass(request, response).catch((fault: unknown) => response.destroy(fault as Error));
  });

  private constructor(private readonly upstream: string) {}

  static async listen(upstream: string): Promise<Meter> {
    const meter = new Meter(upstream);
    await new Promise<void>((resolve) => meter.server.listen(0, '127.0.0.1', resolve));
    return meter;
  }

  /** `http://127.0.0.1:PORT` */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Measures the cost of a call. No other call may run meanwhile. */
  async costOf(call: () => Promise<unknown>): Promise<Cost> {
    this.exchanges = [];
    await call();
    const sum = (unit: 'rcu' | 'wcu') => this.exchanges.reduce((units, exchange) => units + exchange[unit], 0);
    const roundTrips = inSequence(this.exchanges);
    return { requests: this.exchanges.length, roundTrips, rcu: sum('rcu'), wcu: sum('wcu') };
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
    this.agent.destroy();
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedMs = performance.now();
    const input = JSON.parse((await buffer(request)).toString()) as Input;
    const answer = await this.send(request, JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' }));
    const body = await buffer(answer);
    if (answer.statusCode !== 200) throw new Error(`the meter can price only a success: ${body.toString()}`);
    const units = { rcu: 0, wcu: 0, ...priceOf(input, JSON.parse(body.toString()) as Output) };
    this.exchanges.push({ ...units, startedMs, endedMs: performance.now() });
    response.writeHead(answer.statusCode, answer.headers).end(body);
  }

  private send({ method, url, headers }: IncomingMessage, body: string): Promise<IncomingMessage> {
    const options = { method, agent: this.agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } };
    return new Promise((resolve, reject) => {
      http
        .request(new URL(url ?? '/', this.upstream), options, resolve)
        .once('error', reject)
        .end(body);
    });
  }
}

/** Units of writes and batches by AWS's price list. Those of queries depend on the data: DynamoDB Local is right. */
function priceOf(input: Input, { ConsumedCapacity }: Output): Partial<Exchange> {
  if (input.TransactItems !== undefined) return { wcu: writeUnits(input.TransactItems) };
  if (input.RequestItems !== undefined) return { rcu: readUnits(Object.values(input.RequestItems)) };
  return { rcu: ConsumedCapacity?.CapacityUnits ?? 0 };
}

/** Length of the longest chain of requests in which each started after the end of the one before. */
function inSequence(exchanges: readonly Exchange[]): number {
  let chain = 0;
  let endMs = -Infinity;
  for (const { startedMs, endedMs } of exchanges.toSorted((one, other) => one.endedMs - other.endedMs)) {
    if (startedMs < endMs) continue;
    chain += 1;
    endMs = endedMs;
  }
  return chain;
}
