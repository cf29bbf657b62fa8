import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';

/** The body of a `TransactWriteItems` or `TransactGetItems` request. Only writes have a token. */
interface Transaction {
  readonly ClientRequestToken?: string;
  readonly TransactItems: readonly unknown[];
}

/** One request to the database. */
export interface Call {
  /** `Query`, `TransactWriteItems`, ... */
  readonly operation: string;
  /** Number of requests before it under the same plan. */
  readonly index: number;
  /** Its body, in the words of DynamoDB's API. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly transaction?: Transaction;
}

/** What goes wrong. */
export type FaultKind = 'throttle' | 'conflict' | 'internal' | 'refuse' | 'cut' | 'delay' | 'stall';

/** A fault of one request. */
export interface Fault {
  /** `stall` holds the request until the test resumes or cuts it. */
  readonly kind: FaultKind;
  /**
   * `before`: the request has not reached the database yet. A delayed one still arrives, even when its sender has given
   * up.
   * `after`: the database has served the request, and only its answer is lost or late.
   */
  readonly at: 'before' | 'after';
  /** Length of a delay. */
  readonly ms?: number;
}

/** Chooses the fault of each request; undefined lets it through. */
export type Plan = (call: Call) => Fault | undefined;

/** No faults. */
export const NO_FAULTS: Plan = () => undefined;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface ErrorText {
  readonly type: string;
  readonly message: string;
}

/** The two errors with which DynamoDB throttles. */
const THROTTLES = [
  {
    type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    message: 'The level of configured provisioned throughput for the table was exceeded.',
  },
  {
    type: 'com.amazon.coral.availability#ThrottlingException',
    message: 'Rate of requests exceeds the allowed throughput.',
  },
] as const;

const INTERNAL = { type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: 'Internal server error' };

const REFUSAL = { type: 'com.amazon.coral.validate#ValidationException', message: 'Item size has exceeded the limit' };

/** A request that the proxy holds. */
export interface Stalled {
  readonly call: Call;
  /** Sends it to the database, or its answer to the sender. */
  readonly resume: () => void;
  /** Cuts its connection. */
  readonly cut: () => void;
}

/** An HTTP proxy before DynamoDB that injects the faults of a network and of a busy service. */
export class FaultProxy {
  /** How often each fault was injected, e.g. `cut after`. */
  readonly injected = new Map<string, number>();
  /** Requests that came in, by operation. */
  readonly seen = new Map<string, number>();

  private plan = NO_FAULTS;
  private calls = 0;
  private onStalled: ((stalled: Stalled) => void) | undefined;
  private readonly inFlight = new Set<Promise<void>>();
  private readonly forwarded = new Set<string>();
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly server: Server,
    private readonly target: string,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const done = this.serve(request, response).finally(() => this.inFlight.delete(done));
      this.inFlight.add(done);
    });
  }

  /** Listens on a free port. @param target - URL of the database */
  static async start(target: string): Promise<FaultProxy> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultProxy(server, target);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** Injects the faults of `plan` from now on, and counts requests from 0 again. */
  follow(plan: Plan): void {
    this.plan = plan;
    this.calls = 0;
  }

  /** @returns the next request that stalls */
  async stalled(): Promise<Stalled> {
    return new Promise((resolve) => (this.onStalled = resolve));
  }

  /** Waits until at most `most` requests are in flight, including those whose sender has given up. */
  async untilIdle(most = 0): Promise<void> {
    while (this.inFlight.size > most) await Promise.race(this.inFlight);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    this.agent.destroy();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request).catch(() => undefined);
    if (body === undefined) return; // the sender went away in the middle
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    count(this.seen, operation);
    const input = JSON.parse(body.toString()) as Call['input'];
    const call = { operation, index: this.calls++, input, ...transactionIn(operation, input) };
    const fault = this.plan(call);
    if (fault !== undefined) count(this.injected, `${fault.kind} ${fault.at}`);
    const answer = await this.answerWith(fault, call, () => {
      const token = call.transaction?.ClientRequestToken;
      if (token !== undefined) this.forwarded.add(token);
      return this.forward(request, body);
    });
    if (answer === 'cut') response.destroy();
    else if (!response.destroyed) response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  private async answerWith(
    fault: Fault | undefined,
    call: Call,
    forward: () => Promise<Answer>,
  ): Promise<Answer | 'cut'> {
    if (fault === undefined) return forward();
    if (fault.at === 'before') return (await this.inject(fault, call)) ?? forward();
    const answer = await forward();
    return (await this.inject(fault, call)) ?? answer;
  }

  /** @returns what the sender gets instead of the database's answer; undefined lets the request go on */
  private async inject({ kind, ms = 0 }: Fault, call: Call): Promise<Answer | 'cut' | undefined> {
    switch (kind) {
      case 'throttle':
        return errorAnswer(400, THROTTLES[call.index % 2 === 0 ? 0 : 1]);
      case 'conflict':
        return this.conflictWith(call);
      case 'internal':
        return errorAnswer(500, INTERNAL);
      case 'refuse':
        return errorAnswer(400, REFUSAL);
      case 'cut':
        return 'cut';
      case 'delay':
        await pause(ms);
        return undefined;
      case 'stall':
        return this.stall(call);
    }
  }

  /** A transaction that DynamoDB has received before never conflicts with itself: DynamoDB knows it by its token. */
  private conflictWith({ transaction }: Call): Answer | undefined {
    if (transaction === undefined || this.forwarded.has(transaction.ClientRequestToken ?? '')) return undefined;
    return conflictAnswer(transaction.TransactItems.length);
  }

  private async stall(call: Call): Promise<'cut' | undefined> {
    const { onStalled } = this;
    if (onStalled === undefined) throw new Error('a request stalled, but no test waits for it');
    this.onStalled = undefined;
    return new Promise((resolve) => {
      onStalled({
        call,
        resume: () => {
          resolve(undefined);
        },
        cut: () => {
          resolve('cut');
        },
      });
    });
  }

  private async forward({ headers, method, url }: IncomingMessage, body: Buffer): Promise<Answer> {
    const { hostname, port } = new URL(this.target);
    const outgoing = httpRequest({ hostname, port, method, path: url, headers, agent: this.agent });
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const answerHeaders = { ...incoming.headers } as Record<string, string>;
    delete answerHeaders.connection; // of this connection alone
    return { status: incoming.statusCode ?? 502, headers: answerHeaders, body: await bodyOf(incoming) };
  }
}

function errorAnswer(status: number, { type, message }: ErrorText, more: object = {}): Answer {
  const body = Buffer.from(JSON.stringify({ __type: type, message, ...more }));
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': String(body.length),
    'x-amzn-requestid': randomUUID(),
    'x-amz-crc32': String(crc32(body)),
  };
  return { status, headers, body };
}

/** DynamoDB's answer while another transaction holds the last item. DynamoDB Local never gives it: there, one waits. */
function conflictAnswer(actions: number): Answer {
  const reasons = Array.from({ length: actions }, (_, index) => {
    return index < actions - 1
      ? { Code: 'None' }
      : { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' };
  });
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  const type = 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException';
  return errorAnswer(400, { type, message }, { Message: message, CancellationReasons: reasons });
}

function transactionIn(operation: string, input: Call['input']): Pick<Call, 'transaction'> {
  return operation.startsWith('Transact') ? { transaction: input as unknown as Transaction } : {};
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
