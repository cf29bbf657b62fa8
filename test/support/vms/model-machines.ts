import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Visit, VisitReport } from '../../../lambda/pool/visit.ts';
import type { Follower, Told } from '../emulated-aws/ec2-hook.ts';
import { hostKeyBlock } from '../emulated-aws/ec2-hook.ts';
import { newHostKey } from '../providers/inventory.ts';

/** What has to happen to a machine between two users. */
export type Cleaning = 'clean' | 'boot' | 'replace';

/** How much later than its order a boot is, milliseconds: longer than the times of a VM are exact. */
const BOOT_MS = 3_000;

interface Machine {
  isOn: boolean;
  bootedAtMs: number;
  hostKey: string;
  /** What has happened since its last user had it. Undefined: nobody has had it. */
  since: Set<Cleaning> | undefined;
}

/**
 * Machines of an emulated EC2 that exist only as far as a visitor sees them: they boot at once, clean themselves, and
 * know what has been done to them since their last user. A server in place of Lambda makes the visits.
 */
export class ModelMachines implements Follower {
  private readonly machines = new Map<string, Machine>();

  private constructor(
    private readonly server: Server,
    private readonly clock: () => number,
  ) {
    server.on('request', (request, response) => {
      void json(request).then((visit) => {
        response.end(JSON.stringify(this.visit(visit as Visit)));
      });
    });
  }

  static async start(clock: () => number): Promise<ModelMachines> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ModelMachines(server, clock);
  }

  /** URL of a Lambda whose one function is the visitor. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Somebody uses a machine, and leaves something on it. */
  use(id: string): void {
    this.of(id).since = new Set();
  }

  /** Whether a machine runs. */
  isOn(id: string): boolean {
    return this.of(id).isOn;
  }

  /** What of this has not happened to a machine since somebody used it. */
  missing(id: string, cleanings: readonly Cleaning[]): Cleaning[] {
    const { since } = this.of(id);
    return since === undefined ? [] : cleanings.filter((cleaning) => !since.has(cleaning));
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  /** @inheritDoc */
  switch({ change, instance }: Told): void {
    if (change === 'run') this.machines.set(instance.id, this.fresh());
    if (change === 'stop' || change === 'terminate') this.of(instance.id).isOn = false;
    if (change === 'replace') Object.assign(this.of(instance.id), { hostKey: newHostKey() });
  }

  /** @inheritDoc */
  boot({ change, instance }: Told): string {
    const machine = this.of(instance.id);
    if (!['run', 'start', 'reboot', 'replace'].includes(change)) return '';
    Object.assign(machine, { isOn: true, bootedAtMs: this.clock() + BOOT_MS });
    machine.since?.add('boot');
    if (change === 'replace') machine.since?.add('replace');
    return change === 'run' || change === 'replace' ? hostKeyBlock([machine.hostKey]) : '';
  }

  private fresh(): Machine {
    return { isOn: true, bootedAtMs: this.clock() + BOOT_MS, hostKey: newHostKey(), since: undefined };
  }

  private of(id: string): Machine {
    const machine = this.machines.get(id);
    if (machine === undefined) throw new Error(`${id} has no machine`);
    return machine;
  }

  private visit({ vm, kind, hostKeys, login }: Visit): VisitReport {
    const machine = this.of(vm.id);
    if (!machine.isOn) return { ok: false, reason: 'connection refused' };
    if (kind === 'banner') return { ok: true };
    if (!hostKeys.includes(machine.hostKey)) {
      return { ok: false, reason: 'another host key', wrongHostKey: machine.hostKey };
    }
    if (kind === 'host-key') return { ok: true };
    const [verb = ''] = login?.command.split(' ') ?? [];
    if (verb === 'clean') machine.since?.add('clean');
    const nowSec = Math.floor(this.clock() / 1000);
    const lines = [
      `clock ${nowSec}`,
      `up ${Math.max(0, nowSec - Math.floor(machine.bootedAtMs / 1000))}`,
      verb === 'clean' ? `ok ${login?.command ?? ''}` : 'ok check',
    ];
    return { ok: true, exitStatus: 0, output: `${lines.join('\n')}\n` };
  }
}
