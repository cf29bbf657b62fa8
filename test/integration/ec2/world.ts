import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { unchanged } from '../../../lambda/pool/life.ts';
import { EmulatedEc2 } from '../../support/emulated-aws/emulated-ec2.ts';
import { EmulatedAws } from '../../support/emulated-aws/server.ts';
import { EC2_USER, Ec2Machines } from '../../support/vms/ec2-machines.ts';
import { ran } from '../../support/vms/namespace-vm.ts';
import { freePort } from '../../support/vms/namespace-vm-access.ts';
import type { VmBody } from '../../support/vms/real-service.ts';
import { RealService } from '../../support/vms/real-service.ts';
import { SshUsers } from '../../support/vms/ssh-user.ts';

const program = fileURLToPath(new URL('../../../scripts/enroll', import.meta.url));

/** Longest that a VM may need until it is where a test wants it, milliseconds. */
const SETTLES_WITHIN_MS = 30_000;

/** What the pools of these tests have in common. */
export const EC2_POOL = {
  access: 'certificate',
  check: 'command',
  reset: 'none',
  checkTimeoutSeconds: 20,
  ec2: { username: EC2_USER },
} as const;

/** An account with EC2 instances, their machines, a service that lends them, and people who log in. */
export class Ec2World {
  private launched = 0;

  private constructor(
    readonly aws: EmulatedAws,
    readonly ec2: EmulatedEc2,
    readonly machines: Ec2Machines,
    readonly service: RealService,
    readonly users: SshUsers,
    private readonly folder: string,
  ) {}

  /** @param pools - of the inventory, by their names */
  static async start(pools: Readonly<Record<string, object>>): Promise<Ec2World> {
    const aws = await EmulatedAws.start();
    const ec2 = await EmulatedEc2.in(aws);
    const machines = await Ec2Machines.start(aws);
    const variables = { ...aws.variables, PROVIDER: 'ec2' };
    const service = await RealService.start(() => ({ pools, vms: [] }), variables);
    const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-ec2-'));
    await writeFile(path.join(folder, 'ca.pub'), `${service.trustedKeys.join('\n')}\n`);
    return new Ec2World(aws, ec2, machines, service, await SshUsers.start(), folder);
  }

  /** Launches an instance of a pool, with the user data that enrolls it if its pool takes certificates. */
  async launch(pool: string, tags: Readonly<Record<string, string>> = {}): Promise<string> {
    this.launched += 1;
    const privateIp = `127.0.${String(100 + (process.pid % 100))}.${String(10 + this.launched)}`;
    const own = { 'vm-pool:pool': pool, 'vm-pool:port': String(await freePort()), ...tags };
    const id = await this.ec2.launch({ tags: own, privateIp, userData: await this.userData(pool) });
    await this.machines.settled();
    return id;
  }

  /**
   * Ticks until a VM is neither checked nor reset. What it waits for takes minutes on AWS and a moment here, so it need
   * not wait.
   */
  async settled(id: string): Promise<VmBody> {
    return this.until(id, ({ state }) => state !== 'checking');
  }

  /** Ticks until a VM is as a test wants it. */
  async until(id: string, isThere: (vm: VmBody) => boolean): Promise<VmBody> {
    const deadline = Date.now() + SETTLES_WITHIN_MS;
    while (Date.now() < deadline) {
      await this.service.tick();
      const vm = await this.service.vm(id);
      if (isThere(vm)) return vm;
      await this.machines.settled();
      await this.hurry(id);
      await sleep(50);
    }
    throw new Error(`${id} is still ${JSON.stringify(await this.service.vm(id))}`);
  }

  /** Lets a VM be due at once, and no longer wait for the certificates of its last lease. */
  async hurry(id: string): Promise<void> {
    const { store, nowSec } = this.service;
    const status = await store.status(id);
    if (status?.state !== 'checking') return;
    await store.change(status, { ...unchanged(status), dueAtSec: nowSec, closedAtSec: undefined }, undefined);
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.machines.stop();
    await Promise.all([this.aws.stop(), this.users.stop(), rm(this.folder, { recursive: true })]);
  }

  private async userData(pool: string): Promise<string> {
    const inventory = path.join(this.service.folder, 'vms.json');
    const options = [
      '--ca',
      path.join(this.folder, 'ca.pub'),
      '--inventory',
      inventory,
      '--pool',
      pool,
      '--cloud-init',
    ];
    const { stdout, stderr, exitCode } = await ran(program, options);
    if (exitCode === 0) return stdout;
    if (stderr.includes('nothing has to be enrolled')) return '';
    throw new Error(stderr);
  }
}
