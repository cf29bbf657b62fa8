import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Kills a child process when this process ends. @returns the child process */
export function tracked<Child extends ChildProcess>(child: Child): Child {
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

/**
 * Asks a child process to end and waits until it has; kills it if it takes too long.
 *
 * @param ask - e.g. sends SIGTERM, or closes its standard input
 */
export async function ended(child: ChildProcess, limitMs: number, ask: () => unknown): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  ask();
  await closed;
  clearTimeout(timer);
}
