/** The command line: what `vm-pool` runs. */
import { homedir } from 'node:os';
import { systemClock } from '../../../lambda/client/clock.ts';
import { run } from './run.ts';

const { env, stdout, stderr } = process;
const interrupted = new AbortController();

// The reader may have seen enough: `vm-pool events | head`.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// A terminal that is gone must not keep a verb from tidying up.
stderr.on('error', () => undefined);

// The verbs tidy up: they give back what they borrowed, and remove keys.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => {
    interrupted.abort();
  });

process.exitCode = await run(process.argv.slice(2), {
  env,
  home: homedir(),
  stdout,
  stderr,
  signal: interrupted.signal,
  clock: Date.now,
  timer: systemClock,
  fetch,
  openBrowser,
});

async function openBrowser(url: string): Promise<void> {
  const { default: open } = await import('open');
  // The URL is printed, too.
  const ignore = () => undefined;
  (await open(url).catch(ignore))?.on('error', ignore);
}
