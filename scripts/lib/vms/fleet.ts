import path from 'node:path';
import pMap from 'p-map';
import type { SshdOptions } from './sshd.ts';
import { Sshd } from './sshd.ts';

/** How to start a fleet. */
export interface FleetOptions extends Omit<SshdOptions, 'id' | 'port'> {
  readonly count: number;
}

/** Servers that start at once: each makes keys first. */
const AT_ONCE = 8;

/** VMs to log in to, all on this computer: `vm-01`, `vm-02` and so on. They end with this process. */
export class Fleet {
  private constructor(readonly vms: readonly Sshd[]) {}

  /** Starts all of them, or none. Each has a folder below `options.folder`. */
  static async start({ count, folder, ...options }: FleetOptions): Promise<Fleet> {
    const ids = Array.from({ length: count }, (_, at) => `vm-${String(at + 1).padStart(2, '0')}`);
    const running: Sshd[] = [];
    const start = async (id: string) => {
      const vm = await Sshd.start({ ...options, id, folder: path.join(folder, id) });
      running.push(vm);
      return vm;
    };
    try {
      return new Fleet(await pMap(ids, start, { concurrency: AT_ONCE, stopOnError: false }));
    } catch (error) {
      await new Fleet(running).stop();
      // All have failed for the same reason, most likely.
      throw error instanceof AggregateError ? error.errors[0] : error;
    }
  }

  /** Ends all VMs, their sessions and all that those run. */
  async stop(): Promise<void> {
    await Promise.all(this.vms.map((vm) => vm.stop()));
  }
}
