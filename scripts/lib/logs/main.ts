/** Reads the log of the deployed function: what `scripts/logs` runs. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { explain } from './aws-errors.ts';
import { createClient, pagesOf } from './cloudwatch.ts';
import { asJson, readable } from './format.ts';
import type { Options } from './options.ts';
import { HELP, OptionsError, parseOptions } from './options.ts';
import { readLog } from './read.ts';
import { regionOf } from './region.ts';
import { painter, visible, wantsColour } from './terminal.ts';

const FAILED = 1;
const MISUSED = 2;
const ENVIRONMENTS = fileURLToPath(new URL('../../../terraform/environments', import.meta.url));

const { env, stdout } = process;

// The reader may have seen enough: `npm run logs | head`.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') complain(`the output can't be written: ${error.message}`);
  process.exit(error.code === 'EPIPE' ? 0 : FAILED);
});

const options = optionsOf(process.argv.slice(2));
if (options === 'help') stdout.write(HELP);
else if (options !== undefined) await show(options);

function optionsOf(args: readonly string[]): Options | 'help' | undefined {
  try {
    return parseOptions(args, Date.now());
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    error.faults.forEach(complain);
    process.exitCode = MISUSED;
    return undefined;
  }
}

async function show(options: Options): Promise<void> {
  const stop = new AbortController();
  if (options.follow)
    for (const name of ['SIGINT', 'SIGTERM'])
      process.once(name, () => {
        stop.abort();
      });

  const client = createClient(regionOf(options, env, ENVIRONMENTS));
  const format = options.json ? asJson : readable(painter(wantsColour(stdout, env)));
  try {
    const shown = await readLog(options, format, {
      fetchPage: pagesOf(client, options.logGroup, stop.signal),
      clock: Date.now,
      sleep: (ms) => sleep(ms, undefined, { signal: stop.signal }),
      write: (text) => write(text, stop.signal),
    });
    if (shown === 0)
      complain(`no matching line in ${options.logGroup} since ${new Date(options.sinceMs).toISOString()}`);
  } catch (error) {
    if (stop.signal.aborted) return;
    const region = await client.config.region().catch(() => undefined);
    complain(explain(error, { logGroup: options.logGroup, region }));
    process.exitCode = FAILED;
  } finally {
    client.destroy();
  }
}

async function write(text: string, signal: AbortSignal): Promise<void> {
  if (!stdout.write(text)) await once(stdout, 'drain', { signal });
}

function complain(sentence: string): void {
  console.error(`logs: ${visible(sentence)}`);
}
