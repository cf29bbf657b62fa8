import type { Clock } from '../../../lambda/client/clock.ts';

/** A clock whose time passes only while somebody waits, or when it is told to. */
export class FakeClock implements Clock {
  readonly waits: number[] = [];
  private ms = 0;

  now(): number {
    return this.ms;
  }

  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.waits.push(ms);
    this.pass(ms);
  }

  pass(ms: number): void {
    this.ms += ms;
  }
}

/** What comes of one attempt: nothing, or an answer. */
export interface Outcome {
  /** 0 when no answer comes */
  readonly status: number;
  readonly code?: string | undefined;
  readonly retryAfterSec?: number | undefined;
  /** What a success answers; an empty object unless given. */
  readonly body?: unknown;
  /** How long it takes */
  readonly takesMs?: number;
}

/** An attempt that arrived: when, and with which headers. */
export interface Attempt {
  readonly atMs: number;
  readonly headers: Headers;
  /** Such as `POST /getvm`. */
  readonly route: string;
  readonly parameters: unknown;
}

/** A `fetch` whose attempts come out as listed; all later ones as the last. */
export function fakeFetch(outcomes: readonly Outcome[], clock: FakeClock) {
  const attempts: Attempt[] = [];
  const fetch = async (request: Request | URL | string) => {
    const outcome = outcomes[attempts.length] ?? outcomes.at(-1);
    attempts.push({ atMs: clock.now(), ...(await readOf(request as Request)) });
    clock.pass(outcome?.takesMs ?? 0);
    if (outcome === undefined || outcome.status === 0) throw new TypeError('fetch failed');
    return answerOf(outcome);
  };
  return { fetch, attempts };
}

async function readOf(request: Request): Promise<Omit<Attempt, 'atMs'>> {
  const { method, url, headers } = request;
  const text = await request.clone().text();
  const parameters: unknown = text === '' ? {} : JSON.parse(text);
  return { route: `${method} ${new URL(url).pathname}`, parameters, headers: new Headers(headers) };
}

function answerOf({ status, code, retryAfterSec, body = {} }: Outcome): Response {
  const headers = {
    'content-type': status === 200 ? 'application/json' : 'application/problem+json',
    ...(retryAfterSec !== undefined && { 'retry-after': String(retryAfterSec) }),
  };
  return Response.json(code === undefined ? body : { code, status }, { status, headers });
}
