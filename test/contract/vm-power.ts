import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Opened, Power, Readiness, VmProvider } from '../../lambda/pool/provider.ts';
import type { Vm } from '../../lambda/pool/vm.ts';
import { checkingStatus, START_SEC } from '../support/providers/static-world.ts';

/** A provider whose VMs can be started and stopped, and what happens to them. */
export interface PowerUnderTest {
  readonly provider: VmProvider;
  /** Lets time pass. */
  readonly pass: (seconds: number) => void;
  /** Somebody else stops a VM. */
  readonly stop: (vmId: string) => Promise<void>;
  /** Somebody else ends a VM for good. */
  readonly terminate: (vmId: string) => void;
  /** From now on the VM can't be stopped. */
  readonly refuseStop: (vmId: string) => void;
}

/** Seconds until every VM has done what it was told. */
const LONG_SEC = 600;

const KEY = 'ssh-ed25519 AAAAalice';

/** What every source of VMs promises that can start and stop them. */
export function describeVmPower(name: string, make: () => PowerUnderTest): void {
  describe(`${name} as a VmProvider with Power`, () => {
    let world: PowerUnderTest;
    let provider: VmProvider;
    let power: Power;
    let vms: readonly Vm[];

    beforeEach(async () => {
      world = make();
      ({ provider } = world);
      if (provider.power === undefined) throw new Error('the provider has no power');
      ({ power } = provider);
      const all = (await provider.inventory()).vms.filter(({ id }) => power.states().has(id));
      vms = await Promise.all(all.map(checkedOnce));
    });

    it('knows whether each VM runs, from its last look', async () => {
      expect(vms.length).toBeGreaterThan(0);
      for (const { id } of vms) expect(power.states().get(id)).toBe('running');
      for (const { id } of vms) await world.stop(id);
      await provider.inventory();
      for (const { id } of vms) expect(power.states().get(id)).toBe('changing');
      world.pass(LONG_SEC);
      await provider.inventory();
      for (const { id } of vms) expect(power.states().get(id)).toBe('stopped');
    });

    it('stops VMs, and wakes each until it is ready', async () => {
      expect(await power.stop(vms)).toEqual(new Map());
      world.pass(LONG_SEC);
      for (const vm of vms) {
        expect(await power.wake(vm)).toMatchObject({ waitingFor: expect.any(String), againInSec: expect.any(Number) });
        world.pass(LONG_SEC);
        expect(await power.wake(vm)).toEqual({ ready: vm });
      }
    });

    it('wakes a VM that stops still, when it has stopped', async () => {
      for (const vm of vms) {
        await power.stop([vm]);
        expect(await settled(vm)).toEqual({ ready: vm });
      }
    });

    it('stops the others when one can not be stopped, and says why that one does not', async () => {
      const [one, ...others] = vms;
      if (one === undefined) throw new Error('there is no VM');
      world.refuseStop(one.id);
      const running = await power.stop(vms);
      expect([...running]).toEqual([[one.id, expect.any(String)]]);
      world.pass(LONG_SEC);
      await provider.inventory();
      expect(power.states().get(one.id)).toBe('running');
      for (const { id } of others) expect(power.states().get(id)).toBe('stopped');
    });

    it('says of a VM that is gone that it can not be woken, opened or lent', async () => {
      for (const vm of vms) {
        world.terminate(vm.id);
        expect(await power.wake(vm)).toEqual({ failed: expect.any(String) });
        expect(await open(vm)).toMatchObject({ unready: { status: 'gone', why: expect.any(String) } });
      }
      const inventory = await provider.inventory();
      for (const { id } of vms) {
        expect(inventory.gone?.has(id)).toBe(true);
        expect(inventory.vms.some((vm) => vm.id === id)).toBe(false);
        expect(power.states().get(id)).toBe('gone');
      }
    });

    it('starts a VM that was stopped under its holder, and opens it when it runs', async () => {
      for (const vm of vms) {
        await world.stop(vm.id);
        world.pass(LONG_SEC);
        expect(await open(vm)).toMatchObject({ unready: { status: 'starting', againInSec: expect.any(Number) } });
        expect(await open(vm)).toMatchObject({ unready: { status: 'starting' } });
        world.pass(LONG_SEC);
        expect(await open(vm)).toMatchObject({ vm, login: expect.anything() });
      }
    });

    it('starts a VM that is stopped before it passes a check', async () => {
      for (const vm of vms) {
        await world.stop(vm.id);
        const { signal } = new AbortController();
        for (let look = 0; look < 2; look++) {
          expect(await provider.check(checkingStatus(vm), { signal })).toMatchObject({
            waitingFor: expect.any(String),
          });
          world.pass(LONG_SEC);
        }
        expect(await provider.check(checkingStatus(vm), { signal })).toEqual({ passed: true });
      }
    });

    async function settled(vm: Vm): Promise<Readiness> {
      for (let look = 0; look < 20; look++) {
        const readiness = await power.wake(vm);
        if (!('waitingFor' in readiness)) return readiness;
        world.pass(Math.max(1, readiness.againInSec));
      }
      throw new Error(`${vm.id} does not get ready`);
    }

    async function open(vm: Vm): Promise<Opened> {
      const times = { acquiredAtSec: START_SEC, expiresAtSec: START_SEC + 360_000 };
      const lease = { id: 'l-1', userId: 'alice', vmId: vm.id, ...times };
      return provider.open({ vm, lease, sshPublicKey: KEY, askedAtMs: START_SEC * 1_000 });
    }

    /** The VM with the host keys that its first check has learnt, as the store keeps it. */
    async function checkedOnce(vm: Vm): Promise<Vm> {
      const verdict = await provider.check(checkingStatus(vm), { signal: new AbortController().signal });
      return 'hostKeys' in verdict ? { ...vm, hostKeys: verdict.hostKeys } : vm;
    }
  });
}
