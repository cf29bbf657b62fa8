import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Fleet } from '../../../scripts/lib/vms/fleet.ts';
import { inventoryOf } from '../../../scripts/lib/vms/inventory.ts';
import { tracked } from '../../support/processes/child-processes.ts';
import type { Ran } from '../../support/vms/namespace-vm.ts';
import type { InventoryParts } from '../../support/vms/real-service.ts';
import { RealService } from '../../support/vms/real-service.ts';

const vmPool = fileURLToPath(new URL('../../../scripts/vm-pool', import.meta.url));

/** A program that runs, and what it has written so far. */
export interface Running {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly ended: Promise<Ran>;
}

/** A service that lends SSH servers on this computer. A VM that was given back is not lent again in a test. */
export class Lab {
  private constructor(
    readonly service: RealService,
    readonly fleet: Fleet,
    private readonly folder: string,
  ) {}

  static async start(count: number): Promise<Lab> {
    const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-lab-'));
    // Bundles the command line if a source is newer, and says so.
    await started(vmPool, ['--version']).ended;
    let fleet: Fleet | undefined;
    const service = await RealService.start(async (trustedKeys) => {
      fleet = await Fleet.start({ count, folder: path.join(folder, 'vms'), trustedKeys: [...trustedKeys] });
      return inventoryOf(fleet.vms) as InventoryParts;
    });
    if (fleet === undefined) throw new Error('nobody has asked for the inventory');
    await service.settled('vm-01');
    return new Lab(service, fleet, folder);
  }

  /** A user with a home of their own. */
  user(name: string): CommandLineUser {
    return new CommandLineUser(name, this.service, path.join(this.folder, `home of ${name}`));
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.fleet.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Somebody who uses the command line. */
export class CommandLineUser {
  constructor(
    readonly name: string,
    private readonly service: RealService,
    readonly home: string,
  ) {}

  /** Where state lies: keys, certificates, configurations of ssh. */
  get state(): string {
    return path.join(this.home, '.local', 'state', 'vm-pool');
  }

  /** Starts `vm-pool` without a terminal. */
  start(...args: readonly string[]): Running {
    return started(vmPool, args, {
      ...process.env,
      HOME: this.home,
      VM_POOL_URL: this.service.url,
      VM_POOL_USER: this.name,
    });
  }

  run(...args: readonly string[]): Promise<Ran> {
    return this.start(...args).ended;
  }

  /** Whether the user holds a VM, and the folders of leases. */
  async left(): Promise<{ readonly holds: boolean; readonly folders: readonly string[] }> {
    const { status } = await this.service.call('GET /lease?userid=' + this.name);
    return { holds: status === 200, folders: await readdir(path.join(this.state, 'leases')).catch(() => []) };
  }
}

/** Nobody holds anything, and no file is left. */
export const NOTHING = { holds: false, folders: [] };

/** Starts a program in a session of its own, so that no terminal sends it signals. */
export function started(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Running {
  const child = tracked(spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] }));
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const ended = once(child, 'close').then(([code]: unknown[]) => ({ stdout, stderr, exitCode: Number(code ?? -1) }));
  return { process: child, stdout: () => stdout, ended };
}

/** Waits until a program has written a text. */
export async function wrote(running: Running, text: string): Promise<void> {
  while (!running.stdout().includes(text)) {
    if (running.process.exitCode !== null)
      throw new Error(`ended without ${text}: ${JSON.stringify(await running.ended)}`);
    await sleep(20);
  }
}
