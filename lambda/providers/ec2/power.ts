import { AwsError } from '../../aws/error.ts';
import type { Power, PowerState, Readiness } from '../../pool/provider.ts';
import type { Visit, VisitReport } from '../../pool/visit.ts';
import type { Vm } from '../../pool/vm.ts';
import { printable } from '../inventory/fault.ts';
import { bareHostKey } from '../inventory/host-key.ts';
import type { Pool } from '../inventory/lent-vms.ts';
import { knownHostKeys } from './host-keys.ts';
import type { Fresh } from './instances.ts';
import { powerOf } from './look.ts';
import type { InstancePorts } from './ports.ts';
import { awsErrorOf, briefly, isOurs, isThrottled } from './refused.ts';
import { runningVm } from './running-vm.ts';
import { LOOK_AGAIN_SEC, start, STARTS } from './start.ts';

/** Longest visit to a VM that starts, milliseconds. Its holder waits for it. */
const VISIT_MS = 3_000;

/** How soon a VM is looked at again that runs but is not ready, seconds. */
const READY_AGAIN_SEC = 5;

/** Instances that are stopped by one call. */
const STOPPED_AT_ONCE = 50;

/** Where power finds instances and their pools. */
export interface KnownInstances {
  readonly states: () => ReadonlyMap<string, PowerState>;
  /** Reads an instance as it is now. */
  readonly fresh: (id: string) => Promise<Fresh | undefined>;
  /** The pool that the store knows. */
  readonly poolOf: (vm: Vm) => Pool | undefined;
}

/** Starts and stops instances. */
export class InstancePower implements Power {
  constructor(
    private readonly known: KnownInstances,
    private readonly ports: InstancePorts,
  ) {}

  states(): ReadonlyMap<string, PowerState> {
    return this.known.states();
  }

  async wake(vm: Vm): Promise<Readiness> {
    try {
      return await this.wakeNow(vm);
    } catch (thrown) {
      const error = awsErrorOf(thrown);
      const why = briefly(error);
      return isOurs(error) ? waitFor(why, LOOK_AGAIN_SEC) : { failed: why };
    }
  }

  async stop(vms: readonly Vm[]): Promise<ReadonlyMap<string, string>> {
    const ids = vms.map(({ id }) => id);
    const running = new Map<string, string>();
    for (let from = 0; from < ids.length; from += STOPPED_AT_ONCE) {
      for (const [id, why] of await this.stopSome(ids.slice(from, from + STOPPED_AT_ONCE))) running.set(id, why);
    }
    return running;
  }

  private async wakeNow(vm: Vm): Promise<Readiness> {
    const found = await this.known.fresh(vm.id);
    if (found === undefined) return { failed: 'EC2 does not know the instance' };
    const { state } = found.instance;
    const power = powerOf(found.instance);
    if (power === 'gone') return { failed: `the instance is ${state}` };
    if (power === 'changing') return waitFor(`the instance is ${state}`, LOOK_AGAIN_SEC);
    if (power === 'stopped') return this.started(vm);
    return this.ready(runningVm(vm, found));
  }

  private async started({ id }: Vm): Promise<Readiness> {
    const fault = await start(this.ports.ec2, id);
    if (fault?.isFailed === true) return { failed: fault.why };
    return waitFor(fault?.why ?? STARTS, LOOK_AGAIN_SEC);
  }

  /** An instance without an open port is ready when EC2's checks have passed: its agent runs by then. */
  private async ready(vm: Vm): Promise<Readiness> {
    const pool = this.known.poolOf(vm);
    if (pool === undefined) return waitFor(`the pool ${vm.pool} is not in the inventory`, LOOK_AGAIN_SEC);
    if (pool.access !== 'session-manager') return this.answers(vm, pool);
    const checks = await this.ports.ec2.statusChecks(vm.id);
    return checks === 'ok' ? { ready: vm } : waitFor(`EC2's status checks are ${checks}`, LOOK_AGAIN_SEC);
  }

  private async answers(vm: Vm, pool: Pool): Promise<Readiness> {
    const { id, ip, port } = vm;
    const hostKeys = knownHostKeys(vm, pool).map(bareHostKey);
    const visit: Visit = {
      vm: { id, ip, port },
      kind: hostKeys.length > 0 ? 'host-key' : 'banner',
      hostKeys,
      limitMs: VISIT_MS,
    };
    const report = await this.visit(visit);
    if (report.ok) return { ready: vm };
    if (report.wrongHostKey !== undefined) return { failed: 'the VM shows a wrong host key' };
    return waitFor(`SSH does not answer yet: ${printable(report.reason)}`, READY_AGAIN_SEC);
  }

  private async visit(visit: Visit): Promise<VisitReport> {
    try {
      return await this.ports.visitor(visit);
    } catch (error) {
      return { ok: false, reason: error instanceof AwsError ? briefly(error) : 'the visitor does not answer' };
    }
  }

  /** If one can't be stopped, EC2 stops none of them; then each is stopped by a call of its own. */
  private async stopSome(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    try {
      await this.ports.ec2.stop(ids);
      return new Map();
    } catch (thrown) {
      const error = awsErrorOf(thrown);
      if (ids.length === 1 || isThrottled(error)) return new Map(ids.map((id) => [id, error.message]));
      const rounds = await Promise.all(ids.map((id) => this.stopSome([id])));
      return new Map(rounds.flatMap((round) => [...round]));
    }
  }
}

function waitFor(waitingFor: string, againInSec: number): Readiness {
  return { waitingFor, againInSec };
}
