/** Reads the logs of a deployment: what `scripts/logs` runs. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from './aws-errors.ts';
import { explain } from './aws-errors.ts';
import { createClient } from './cloudwatch.ts';
import { ENVIRONMENTS_FOLDER } from './environments.ts';
import { HELP } from './help.ts';
import type { Options } from './options.ts';
import { OptionsError, parseOptions } from './options.ts';
import { listOfQueries } from './queries.ts';
import { regionOf } from './region.ts';
import { showLines } from './show-lines.ts';
import { showQuery } from './show-query.ts';
import { showRequest } from './show-request.ts';
import { painter, visible, wantsColour } from './terminal.ts';
import type { World } from './world.ts';

const FAILED = 1;
const MISUSED = 2;

/** How often the start of a live tail is tried. */
const TAIL_ATTEMPTS = 2;

const { env, stdout } = process;

// The reader may have seen enough: `npm run logs | head`.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') complain(`the output can't be written: ${error.message}`);
  process.exit(error.code === 'EPIPE' ? 0 : FAILED);
});

const options = optionsOf(process.argv.slice(2));
if (options === 'help') stdout.write(HELP);
else if (options === 'queries') stdout.write(listOfQueries());
else if (options !== undefined) await run(options);

function optionsOf(args: readonly string[]): ReturnType<typeof parseOptions> | undefined {
  try {
    return parseOptions(args, Date.now());
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    error.faults.forEach(complain);
    process.exitCode = MISUSED;
    return undefined;
  }
}

async function run(options: Options): Promise<void> {
  const stop = new AbortController();
  if (options.follow !== undefined || options.query !== undefined)
    for (const name of ['SIGINT', 'SIGTERM'])
      process.once(name, () => {
        stop.abort();
      });

  const wanted = regionOf(options, env, ENVIRONMENTS_FOLDER);
  const client = createClient(wanted, env);
  const tailClient = createClient(wanted, env, TAIL_ATTEMPTS);
  const region = await client.config.region().catch(() => undefined);
  try {
    await show(options, {
      client,
      tailClient,
      region,
      clock: Date.now,
      sleep: (ms) => sleep(ms, undefined, { signal: stop.signal }),
      signal: stop.signal,
      paint: painter(wantsColour(stdout, env)),
      write: (text) => write(text, stop.signal),
      notice: complain,
    });
  } catch (error) {
    if (stop.signal.aborted) return;
    complain(explain(error, placeOf(options, region)));
    process.exitCode = FAILED;
  } finally {
    client.destroy();
    tailClient.destroy();
  }
}

async function show(options: Options, world: World): Promise<void> {
  const { query, follow, filter } = options;
  if (query !== undefined) await showQuery(query, options, world);
  else if (follow === undefined && filter.requestId !== undefined) await showRequest(filter.requestId, options, world);
  else await showLines(options, world);
}

function placeOf({ groups, query }: Options, region: string | undefined): Place {
  if (query === undefined) return { logGroup: groups.function, region, permissions: 'logs:FilterLogEvents' };
  return {
    logGroup: groups[query.log] ?? groups.function,
    region,
    permissions: 'logs:StartQuery and logs:GetQueryResults',
  };
}

async function write(text: string, signal: AbortSignal): Promise<void> {
  if (!stdout.write(text)) await once(stdout, 'drain', { signal });
}

function complain(sentence: string): void {
  console.error(`logs: ${visible(sentence)}`);
}
