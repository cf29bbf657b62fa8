import { pagesOf } from './cloudwatch.ts';
import { asJson, readable } from './format.ts';
import { tailsOf } from './live-tail.ts';
import type { Options } from './options.ts';
import { readLog } from './read.ts';
import type { World } from './world.ts';

/** Shows lines of the function's log, and new ones if they are to be followed. */
export async function showLines(options: Options, world: World): Promise<void> {
  const { client, tailClient, signal, paint, notice } = world;
  const logGroup = options.groups.function;
  const shown = await readLog(options, options.json ? asJson : readable(paint), {
    ...world,
    fetchPage: pagesOf(client, logGroup, signal),
    openTail: tailsOf(tailClient, logGroup, signal),
  });
  if (shown === 0) notice(`no matching line in ${logGroup} since ${new Date(options.sinceMs).toISOString()}`);
}
