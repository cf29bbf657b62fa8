import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Findings, Measure } from '../figures/measure.ts';
import { compared, inPairs, median } from '../figures/stats.ts';
import type { Service } from '../processes.ts';
import { compiled, runWorker, startNode } from '../processes.ts';
import type { Load } from './load-process.ts';

/** The only answer of the bare server. */
export interface FixedAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const CONNECTIONS = 32;
const ROUNDS = { full: 5, quick: 2 };
const SECONDS = { full: 5, quick: 2 };
const UNTIMED_SECONDS = 2;
const STARTS_WITHIN_MS = 10_000;

/** Measures the requests a second of the local server, against a server with a fixed answer. */
export async function measureLocalServer(isQuick: boolean): Promise<Findings> {
  const services: Service[] = [];
  try {
    const product = await startProduct(services);
    await fetch(`${product}/resources/getvm?userid=alice`, { method: 'POST' });
    const bare = await startBare(services, await answerOf(`${product}/resources/lease?userid=alice`));
    return await measured(product, bare, isQuick);
  } finally {
    await Promise.all(services.map((service) => service.stop()));
  }
}

async function measured(product: string, bare: string, isQuick: boolean): Promise<Findings> {
  const script = await compiled('server/load-process');
  const load = (url: string, calls: 'lease' | 'lend', seconds: number) =>
    runWorker<Load>(script, [url, calls, String(seconds), String(CONNECTIONS)]);
  const seconds = isQuick ? SECONDS.quick : SECONDS.full;
  const rounds = isQuick ? ROUNDS.quick : ROUNDS.full;
  const pairsOf = (calls: 'lease' | 'lend') =>
    inPairs(
      rounds,
      () => load(product, calls, seconds),
      () => load(bare, calls, seconds),
    );

  for (const url of [product, bare]) await load(url, 'lease', UNTIMED_SECONDS);
  const lease = await pairsOf('lease');
  const lend = await pairsOf('lend');
  const granted = Math.round(median(lend.map(({ subject }) => subject.granted)) * 100);
  const what = 'local server, against bare node:http';
  const measures: Measure[] = [
    {
      id: 'server.lease',
      what: `${what}: GET /lease`,
      unit: 'req/s',
      ...ratesOf(lease),
      target: { of: 'ratio', atLeast: 0.5 },
    },
    { id: 'server.lend', what: `${what}: getvm, releasevm (${granted} % granted)`, unit: 'req/s', ...ratesOf(lend) },
  ];
  const note = `local server: ${CONNECTIONS} connections, ${rounds} x ${seconds} s each, the bare server sends the same bytes as GET /lease; the load comes from the same machine`;
  return { measures, notes: [note] };
}

function ratesOf(pairs: readonly { subject: Load; baseline: Load }[]): ReturnType<typeof compared> {
  return compared(pairs.map(({ subject, baseline }) => ({ subject: subject.perSec, baseline: baseline.perSec })));
}

/** Starts the server of `npm start`. */
async function startProduct(services: Service[]): Promise<string> {
  const port = await freePort();
  services.push(startNode(['--import', 'tsx', 'scripts/lib/server.ts'], { PORT: String(port) }));
  return listening(port);
}

async function startBare(services: Service[], answer: FixedAnswer): Promise<string> {
  const port = await freePort();
  services.push(startNode([await compiled('server/bare-server'), String(port), JSON.stringify(answer)]));
  return listening(port);
}

/** Fetches an answer, without the headers that `node:http` adds by itself. */
async function answerOf(url: string): Promise<FixedAnswer> {
  const response = await fetch(url);
  const own = ['connection', 'date', 'keep-alive'];
  const headers = Object.fromEntries([...response.headers].filter(([name]) => !own.includes(name)));
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return { statusCode: response.status, headers, body: await response.text() };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function listening(port: number): Promise<string> {
  const url = `http://127.0.0.1:${port}`;
  const giveUpMs = performance.now() + STARTS_WITHIN_MS;
  while (performance.now() < giveUpMs) {
    const answered = await fetch(`${url}/resources/health`).catch(() => undefined);
    if (answered?.ok) return url;
    await sleep(50);
  }
  throw new Error(`nothing listens at ${url}`);
}
