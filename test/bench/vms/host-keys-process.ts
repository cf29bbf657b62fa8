/**
 * Lets the visitor function visit VMs: `node host-keys-process.mjs <function> <visits as JSON> <count> <budget ms>`.
 * Sends what the visits took.
 */
import pMap from 'p-map';
import type { Visit, Visitor } from '../../../lambda/pool/visit.ts';

/** What the visits took. */
export interface Visited {
  /** Fewer than wanted if the budget was not enough. */
  readonly made: number;
  /** Why visits failed, each reason once. */
  readonly faults: readonly string[];
  readonly wallMs: number;
  /** CPU time of this process, milliseconds. */
  readonly cpuMs: number;
}

/** As many as a tick makes at once. */
const AT_ONCE = 32;

const [file = '', visitsText = '[]', count = '', budget = ''] = process.argv.slice(2);
const { handler } = (await import(file)) as { handler: Visitor };
const visits = JSON.parse(visitsText) as Visit[];

// Loads the SSH library and lets V8 compile the hot code.
await visitMany(visits.length, Infinity);
process.send?.(await visitMany(Number(count), Number(budget)));

async function visitMany(wanted: number, budgetMs: number): Promise<Visited> {
  const [startedMs, before] = [performance.now(), process.cpuUsage()];
  const faults = new Set<string>();
  let made = 0;
  const visitOne = async (at: number) => {
    const visit = visits[at % visits.length];
    if (visit === undefined || performance.now() - startedMs > budgetMs) return;
    const report = await handler(visit);
    if (!report.ok) faults.add(report.reason);
    made += 1;
  };
  await pMap(Array(wanted).keys(), visitOne, { concurrency: AT_ONCE });
  const { user, system } = process.cpuUsage(before);
  return { made, faults: [...faults], wallMs: performance.now() - startedMs, cpuMs: (user + system) / 1000 };
}
