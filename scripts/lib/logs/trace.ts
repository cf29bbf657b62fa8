import type { FetchPage, FoundEvent, Query } from './events.ts';
import { found } from './events.ts';
import type { Log } from './groups.ts';
import type { Entry, Line } from './line.ts';
import { readLine } from './line.ts';

/** An event of one of the logs of a deployment. */
export interface TracedEvent {
  readonly log: Log;
  readonly event: FoundEvent;
  readonly line: Line;
}

/** Searches one of the logs; finds nothing in a log that the deployment lacks. */
export type Search = (log: Log, query: Query) => Promise<readonly FoundEvent[]>;

/** How far the clocks of two functions may be apart, milliseconds. */
const CLOCKS_APART_MS = 1_000;

/**
 * All that the logs have about one request, the earliest first.
 *
 * API Gateway and Lambda each give a request an id; the access log and the function's line have both. So the logs are
 * searched for the id that is known, then for the ones that its lines add. The visitor knows no request: its visits are
 * those of the request's VM while the request ran, or of any VM while a tick ran.
 *
 * @param id - API Gateway's id of the request, which is the `x-request-id` of its answer, or Lambda's of the invocation
 */
export async function traceOf(id: string, sinceMs: number, search: Search): Promise<TracedEvent[]> {
  const first = await linesOf([id], sinceMs, search);
  const added = [...idsIn(first)].filter((other) => other !== id);
  const all = added.length === 0 ? first : [...first, ...(await linesOf(added, sinceMs, search))];
  const visits = await visitsDuring(all, search);
  return [...distinct([...all, ...visits])].sort((one, other) => one.event.timeMs - other.event.timeMs);
}

async function linesOf(ids: readonly string[], startMs: number, search: Search): Promise<TracedEvent[]> {
  const searches = ids.flatMap((id) =>
    (['access', 'function'] as const).map(async (log) => {
      const events = await search(log, { startMs, pattern: `"${id}"` });
      return events.map((event) => traced(log, event)).filter(({ line }) => isAbout(line, id));
    }),
  );
  return (await Promise.all(searches)).flat();
}

function traced(log: Log, event: FoundEvent): TracedEvent {
  return { log, event, line: readLine(event.text) };
}

const ID_FIELDS = ['requestId', 'invocationId', 'lambdaRequestId'];

function isAbout(line: Line, id: string): boolean {
  return line.kind === 'text' ? line.text.includes(id) : ID_FIELDS.some((field) => line.fields[field] === id);
}

/** Ids of requests and of invocations. */
function idsIn(events: readonly TracedEvent[]): ReadonlySet<string> {
  const values = events.flatMap(({ line }) => (line.kind === 'text' ? [] : ID_FIELDS.map((name) => line.fields[name])));
  return new Set(values.filter((value) => typeof value === 'string'));
}

async function visitsDuring(events: readonly TracedEvent[], search: Search): Promise<TracedEvent[]> {
  const runs = events.flatMap(({ event, line }) => (isRun(line) ? [{ event, fields: line.fields }] : []));
  const searches = runs.map(async ({ event: { timeMs }, fields: { durationMs, vmId } }) => {
    const startMs = timeMs - Number(durationMs) - CLOCKS_APART_MS;
    const pattern = typeof vmId === 'string' ? `"${vmId}"` : undefined;
    const visits = await search('visitor', { startMs, endMs: timeMs + CLOCKS_APART_MS, pattern });
    return visits.map((event) => traced('visitor', event)).filter(({ line }) => isVisit(line, vmId));
  });
  return (await Promise.all(searches)).flat();
}

/** A request about a VM, or a tick: others visit nobody. */
function isRun(line: Line): line is Entry {
  if (line.kind === 'text' || typeof line.fields.durationMs !== 'number') return false;
  return line.message === 'tick' || (line.message === 'request' && line.fields.vmId !== undefined);
}

function isVisit(line: Line, vmId: unknown): boolean {
  return line.kind === 'entry' && line.message === 'visited a VM' && (vmId === undefined || line.fields.vmId === vmId);
}

function distinct(events: readonly TracedEvent[]): Iterable<TracedEvent> {
  return new Map(events.map((one) => [`${one.log} ${one.event.id}`, one])).values();
}

/** The search behind {@link traceOf}: every event that fits, from each log that there is. */
export function searchIn(pages: (log: Log) => FetchPage | undefined): Search {
  return async (log, query) => {
    const fetchPage = pages(log);
    const events: FoundEvent[] = [];
    if (fetchPage !== undefined) for await (const event of found(fetchPage, query)) events.push(event);
    return events;
  };
}
