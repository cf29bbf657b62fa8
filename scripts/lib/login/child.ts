import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { constants } from 'node:os';

/** Signals that ask a program to end. */
const SIGNALS = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const;

/** What a terminal sends to all of its foreground processes by itself, such as for Ctrl-C. */
const FROM_TERMINAL: readonly string[] = ['SIGINT', 'SIGQUIT'];

/** Exit codes of a shell for a command that it can't start (POSIX, 2.8.2). */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** The process around a child. */
export interface Surroundings {
  /** Emits the signals that this process gets. */
  readonly signals: Pick<EventEmitter, 'on' | 'off'>;
  /** Whether a terminal sends its signals to the child, too. */
  readonly hasTerminal: boolean;
  /** Hears why a program can't be started. */
  readonly say: (sentence: string) => void;
}

/** The surroundings of this very process. */
export function ownSurroundings(say: Surroundings['say']): Surroundings {
  const { stdin, stdout, stderr } = process;
  return { signals: process, hasTerminal: [stdin, stdout, stderr].some(({ isTTY }) => isTTY), say };
}

/**
 * Runs a program on the terminal of this process. A signal that this process gets meanwhile goes on to it, once; this
 * process lives on and can tidy up.
 *
 * @returns its exit code as a shell names it: 128 and the number of the signal that ended it
 */
export async function runChild(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  around: Surroundings,
): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit', env });
  const stop = passSignals(child, around);
  try {
    return await ended(child);
  } catch (error) {
    around.say(`${program} can't be started: ${(error as Error).message}`);
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE;
  } finally {
    stop();
  }
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

function passSignals(child: ChildProcess, { signals, hasTerminal }: Surroundings): () => void {
  const listeners = SIGNALS.map((name) => {
    const pass = () => {
      if (!(hasTerminal && FROM_TERMINAL.includes(name))) child.kill(name);
    };
    signals.on(name, pass);
    return () => signals.off(name, pass);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
