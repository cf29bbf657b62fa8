/** The command line: what `vm-pool` runs. */
import { homedir } from 'node:os';
import { systemClock } from '../../../lambda/client/clock.ts';
import { EXIT } from './exit-codes.ts';
import { run } from './run.ts';
import type { World } from './world.ts';

let interrupted: AbortController | undefined;

// Each part of Node is loaded when somebody wants it: `--help` needs next to none.
const world: World = {
  env: process.env,
  get home() {
    return homedir();
  },
  get stdout() {
    return openedStdout();
  },
  get stderr() {
    return openedStderr();
  },
  get signal() {
    return interruption();
  },
  clock: Date.now,
  timer: systemClock,
  fetch: (...request) => fetch(...request),
  openBrowser,
};

// Not awaited: the start is bundled as CommonJS, which Node loads sooner.
void run(process.argv.slice(2), world).then((code) => {
  process.exitCode ??= code;
});

function openedStdout() {
  const { stdout } = process;
  if (!stdout.listeners('error').includes(endOfOutput)) stdout.on('error', endOfOutput);
  return stdout;
}

/**
 * The reader may have seen enough: `vm-pool events | head`. The verb still finishes, and gives back what it borrowed.
 */
function endOfOutput({ code, message }: NodeJS.ErrnoException) {
  if (code === 'EPIPE') return;
  openedStderr().write(`vm-pool: the answer can't be written: ${message}\n`);
  process.exitCode = EXIT.failed.code;
}

function openedStderr() {
  const { stderr } = process;
  if (!stderr.listeners('error').includes(ignore)) stderr.on('error', ignore);
  return stderr;
}

/** A terminal that is gone must not keep a verb from tidying up. */
function ignore() {
  return undefined;
}

/** A signal ends a verb, which tidies up: it gives back what it borrowed, and removes keys. */
function interruption() {
  if (interrupted !== undefined) return interrupted.signal;
  const controller = new AbortController();
  interrupted = controller;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      controller.abort();
    });
  return controller.signal;
}

async function openBrowser(url: string): Promise<void> {
  const { default: open } = await import('open');
  // The URL is printed, too.
  (await open(url).catch(ignore))?.on('error', ignore);
}
