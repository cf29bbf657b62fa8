import type { LogEvent, Query } from './events.ts';
import { followed, found } from './events.ts';
import { filterPattern, isWanted } from './filter.ts';
import type { Format } from './format.ts';
import { readLine } from './line.ts';
import type { Options } from './options.ts';
import type { TailPorts } from './tail.ts';
import { tailed } from './tail.ts';

/** What reading needs from outside. */
export interface ReadPorts extends TailPorts {
  /** Writes a text; resolves when there is room for more. */
  readonly write: (text: string) => Promise<void>;
}

/**
 * Shows the lines of the log that the filter wants. Following ends only with an error, such as an abort.
 *
 * @returns how many log events were shown
 */
export async function readLog(options: Options, format: Format, ports: ReadPorts): Promise<number> {
  const query = { startMs: options.sinceMs, pattern: filterPattern(options.filter) };
  let shown = 0;
  for await (const event of eventsOf(options, query, ports)) {
    const line = readLine(event.text);
    if (!isWanted(line, options.filter)) continue;
    await ports.write(`${format(event, line)}\n`);
    shown += 1;
  }
  return shown;
}

function eventsOf({ follow }: Options, query: Query, ports: ReadPorts): AsyncIterable<LogEvent> {
  if (follow === undefined) return found(ports.fetchPage, query);
  return follow === 'live' ? tailed(ports, query) : followed(ports, query);
}
