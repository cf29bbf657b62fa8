import { run } from '../../../scripts/lib/cli/run.ts';
import type { World } from '../../../scripts/lib/cli/world.ts';
import type { ServedApi } from '../../support/api/served-api.ts';

/** What a command leaves behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A time that only waiting moves. */
export class PatientClock {
  readonly waits: number[] = [];
  private nowMs = 0;

  now(): number {
    return this.nowMs;
  }

  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.waits.push(ms);
    this.nowMs += ms;
  }
}

/** A home in which nobody has set anything. */
export const NO_HOME = '/nonexistent/home';

/** Runs a command line in this process. */
export async function vmPool(line: string | readonly string[], world: Partial<World> = {}): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const sink = (name: keyof typeof written) => ({ write: (text: string) => (written[name] += text), columns: 100 });
  const code = await run(typeof line === 'string' ? line.split(' ') : line, {
    env: {},
    home: NO_HOME,
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    signal: new AbortController().signal,
    clock: Date.now,
    timer: new PatientClock(),
    fetch,
    openBrowser: async () => undefined,
    ...world,
  });
  return { code, ...written };
}

/** The environment of somebody who uses an API that asks nobody. */
export function envOf({ url }: ServedApi, user = 'alice'): World['env'] {
  return { VM_POOL_URL: url, VM_POOL_USER: user };
}
