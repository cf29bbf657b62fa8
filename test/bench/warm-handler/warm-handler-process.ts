/**
 * Times a handler in this process: `node warm-handler-process.mjs <handler file> <pairs of calls>`.
 *
 * On Lambda, events and results are JSON text, so the time includes parsing and writing it.
 */
import { pathToFileURL } from 'node:url';
import { postEvent } from '../events.ts';
import { quantile } from '../figures/stats.ts';

/** Microseconds for getvm and releasevm together. */
export interface WarmTimes {
  readonly p50: number;
  readonly p99: number;
}

type Handler = (event: unknown, context: { awsRequestId: string }) => Promise<unknown>;

const USERS = 1_000;
const UNTIMED = 5_000;

const [file = '', count = ''] = process.argv.slice(2);
const { handler } = (await import(pathToFileURL(file).href)) as { handler: Handler };
const visits = Array.from({ length: USERS }, (_, n) => {
  const parameters = { userid: `user-${n}@example.com` };
  return {
    getvm: JSON.stringify(postEvent('getvm', parameters)),
    releasevm: JSON.stringify(postEvent('releasevm', parameters)),
  };
});

await timesOf(UNTIMED);
const durationsMs = await timesOf(Number(count));
const times: WarmTimes = { p50: quantile(durationsMs, 0.5) * 1000, p99: quantile(durationsMs, 0.99) * 1000 };
process.send?.(times);

async function timesOf(count: number): Promise<Float64Array> {
  const durationsMs = new Float64Array(count);
  for (let n = 0; n < count; n += 1) {
    const visit = visits[n % USERS];
    if (visit === undefined) throw new RangeError('no such user');
    const startedMs = performance.now();
    const got = await call(visit.getvm);
    const released = await call(visit.releasevm);
    durationsMs[n] = performance.now() - startedMs;
    if (!isOk(got) || !isOk(released)) throw new Error(`a call failed: ${got} ${released}`);
  }
  return durationsMs;
}

async function call(eventText: string): Promise<string> {
  return JSON.stringify(await handler(JSON.parse(eventText), { awsRequestId: 'bench' }));
}

function isOk(resultText: string): boolean {
  return resultText.startsWith('{"statusCode":200');
}
