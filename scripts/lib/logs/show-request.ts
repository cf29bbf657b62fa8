import { explain } from './aws-errors.ts';
import { pagesOf } from './cloudwatch.ts';
import { isWanted } from './filter.ts';
import { asJson, readable } from './format.ts';
import type { Log } from './groups.ts';
import type { Options } from './options.ts';
import { whyUnanswered } from './refused.ts';
import { visible } from './terminal.ts';
import type { Search, TracedEvent } from './trace.ts';
import { searchIn, traceOf } from './trace.ts';
import type { World } from './world.ts';

/** Width of the column that names the log. */
const LOG_WIDTH = 'function'.length;

/** Shows one request: what each log has about it, in the order of time, and why the function never saw it if so. */
export async function showRequest(requestId: string, options: Options, world: World): Promise<void> {
  const { filter, json, sinceMs } = options;
  const events = await traceOf(requestId, sinceMs, patient(searchOf(options, world), options, world));
  const wanted = events.filter(({ line }) => isWanted(line, { ...filter, requestId: undefined }));
  const shown = json ? shownAsJson : shownFor(world);
  for (const event of wanted) await world.write(`${shown(event)}\n`);
  if (wanted.length === 0) {
    world.notice(`no log has a line of request ${requestId} since ${new Date(sinceMs).toISOString()}`);
  }
  for (const reason of reasonsOf(events)) world.notice(reason);
}

function searchOf({ groups }: Options, { client, signal }: World): Search {
  return searchIn((log) => {
    const group = groups[log];
    return group === undefined ? undefined : pagesOf(client, group, signal);
  });
}

/** Does without the other logs if they can't be read; says so, except of a visitor, which most deployments lack. */
function patient(search: Search, { groups }: Options, { region, signal, notice }: World): Search {
  const noticed = new Set<Log>();
  return async (log, query) => {
    try {
      return await search(log, query);
    } catch (error) {
      if (log === 'function' || signal.aborted) throw error;
      const isMissing = log === 'visitor' && error instanceof Error && error.name === 'ResourceNotFoundException';
      const place = { logGroup: groups[log] ?? log, region, permissions: 'logs:FilterLogEvents' };
      if (!isMissing && !noticed.has(log)) notice(`without the ${log} log: ${explain(error, place)}`);
      noticed.add(log);
      return [];
    }
  };
}

function shownFor({ paint }: World): (event: TracedEvent) => string {
  const format = readable(paint);
  return ({ log, event, line }) => `${paint('cyan', log.padEnd(LOG_WIDTH))} ${format(event, line)}`;
}

/** The line as logged, and the log that it is from. */
function shownAsJson({ log, event, line }: TracedEvent): string {
  const timestamp = JSON.stringify(visible(new Date(event.timeMs).toISOString()));
  return `{"log":"${log}","time":${timestamp},"line":${asJson(event, line)}}`;
}

/** Only where API Gateway logged the request and the function did not. */
function reasonsOf(events: readonly TracedEvent[]): string[] {
  const isAnswered = events.some(
    ({ log, line }) => log === 'function' && 'fields' in line && line.message === 'request',
  );
  if (isAnswered) return [];
  return events.flatMap(({ log, line }) => (log === 'access' && line.kind === 'entry' ? [whyUnanswered(line)] : []));
}
