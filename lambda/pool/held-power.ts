import { hasEnded } from './lease.ts';
import { unchanged } from './life.ts';
import type { PowerStore } from './ports.ts';
import { STOPPED_OUTSIDE } from './power-plan.ts';
import type { PowerRound } from './power-round.ts';
import type { Power, PowerState } from './provider.ts';
import type { VmStatus } from './vm.ts';

/** Why a VM is of no use to its holder any longer. */
const GONE = 'it no longer exists';

/** What looks at leased VMs need from outside. */
export interface HeldPowerPorts {
  readonly store: Pick<PowerStore, 'status'>;
  readonly power: Power;
}

/** Looks at the VMs that somebody has: one that was stopped is started again, one that is gone is on record. */
export class HeldPower {
  /** VMs whose reason says that they were stopped; forgotten when they run again. */
  private readonly noted = new Set<string>();

  constructor(private readonly ports: HeldPowerPorts) {}

  /** @param free - ids of VMs that nobody has */
  async look(free: ReadonlySet<string>, round: PowerRound): Promise<void> {
    const found = [...this.ports.power.states()].filter(([id, state]) => {
      if (free.has(id)) return false;
      return state === 'stopped' || state === 'gone' || (state === 'running' && this.noted.has(id));
    });
    const items = found.map(([id, state]) => [id, { id, state }] as const);
    await round.each(items, async ({ id, state }) => {
      const status = await this.ports.store.status(id);
      if (status?.lease === undefined || hasEnded(status.lease, round.nowSec)) return;
      // A lease that starts has looks of its own.
      if (status.lease.startingTtlSec === undefined) await this.lookAt(status, state, round);
    });
  }

  private async lookAt(status: VmStatus, state: PowerState, round: PowerRound): Promise<void> {
    if (state === 'running') await this.forget(status, round);
    else if (state === 'gone') await this.note(status, 'gone', GONE, round);
    else await this.start(status, round);
  }

  private async start(status: VmStatus, round: PowerRound): Promise<void> {
    const readiness = await this.ports.power.wake(status.vm);
    // It runs by now: the state was from before.
    if ('ready' in readiness) return;
    const why = 'failed' in readiness ? `, and does not start: ${readiness.failed}` : '';
    await this.note(status, 'starting', STOPPED_OUTSIDE + why, round);
  }

  /** Once for each reason, as long as it lasts. */
  private async note(status: VmStatus, kind: 'starting' | 'gone', reason: string, round: PowerRound): Promise<void> {
    const { vm, draining } = status;
    const isKnown = draining ? this.noted.has(vm.id) : status.reason === reason;
    this.noted.add(vm.id);
    if (isKnown) return;
    await round.change(status, { ...unchanged(status), ...(!draining && { reason }) }, kind, reason);
  }

  private async forget(status: VmStatus, round: PowerRound): Promise<void> {
    this.noted.delete(status.vm.id);
    if (status.draining || status.reason === undefined) return;
    await round.change(status, { ...unchanged(status), reason: undefined });
  }
}
