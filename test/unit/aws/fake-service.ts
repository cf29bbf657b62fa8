import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { AwsOptions } from '../../../lambda/aws/client.ts';

export const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

/** Answers one request. */
export type Answer = (response: ServerResponse, body: string) => void;

/** A service of AWS whose answers a test chooses. */
export class FakeService {
  /** Answers in turn; the last one answers all that follow. */
  answers: Answer[] = [];
  readonly seen: { readonly request: IncomingMessage; readonly body: string }[] = [];

  private readonly server = createServer((request, response) => {
    void text(request).then(
      (body) => {
        this.seen.push({ request, body });
        const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
        answer?.(response, body);
      },
      () => undefined, // the sender went away in the middle
    );
  });

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** For a client that is to call it. */
  get options(): AwsOptions {
    const endpoint = `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
    return { region: 'eu-central-1', endpoint, credentials: KEYS };
  }
}

/** An answer with this status, body and headers. */
export function answer(status: number, body: unknown = '', headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** No answer, for as long as the test runs. */
export const SILENCE: Answer = () => undefined;

/** The begin of an answer. */
export const HALF_AN_ANSWER: Answer = (response) => response.writeHead(200).write('{"Signature":');

/** The connection ends. */
export const CUT: Answer = (response) => response.destroy();

/** What a promise rejects with. @throws Error when it is fulfilled */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome) return outcome.error as Error;
  throw new Error(`nothing was thrown, but answered: ${JSON.stringify(outcome.value)}`);
}
