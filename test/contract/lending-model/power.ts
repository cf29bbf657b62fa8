/** VMs that are stopped, started and exchanged, and what the model says of it. */
import { expect } from '@jest/globals';
import type { Act } from '../../../lambda/pool/event.ts';
import type { Lease } from '../../../lambda/pool/lease.ts';
import type { Vm } from '../../../lambda/pool/vm.ts';
import type { TestClock } from '../../support/pool/lending.ts';
import { START_LIMIT_SEC, stopVm } from '../../support/pool/stopped.ts';
import type { Command } from './command.ts';
import { command, refusalOf } from './command.ts';
import type { Model } from './model.ts';

/** Expects that a lease has just begun, or that it waits for its VM if that is stopped. */
export function expectTerm(
  model: Model,
  { vmId, acquiredAtSec, expiresAtSec, startingTtlSec }: Lease,
  ttlSec: number,
): void {
  const { nowSec } = model;
  const isStopped = model.vm(vmId).stopped;
  expect({ acquiredAtSec, expiresAtSec, startingTtlSec }).toEqual({
    acquiredAtSec: nowSec,
    expiresAtSec: nowSec + ttlSec + (isStopped ? START_LIMIT_SEC : 0),
    startingTtlSec: isStopped ? ttlSec : undefined,
  });
}

/** Makes a free VM one that is stopped, as a tick does. */
export function stop(vmId: string): Command {
  return command(`stop(${vmId})`, async (model, { store, clock, provider }) => {
    const vm = model.vm(vmId);
    if (vm.state !== 'free' || vm.stopped) return;
    await stopVm(store, vmId, actAt(clock));
    await provider.power?.stop([{ id: vmId } as Vm]);
    Object.assign(vm, { stopped: true, wokenAtSec: undefined });
  });
}

/** Starts a stopped VM before anybody asks for it, as a tick does: it goes through a check. */
export function start(vmId: string): Command {
  return command(`start(${vmId})`, async (model, { store, clock }) => {
    const vm = model.vm(vmId);
    const status = await store.status(vmId);
    if (vm.state !== 'free' || !vm.stopped || status === undefined) return;
    const change = { state: 'checking', failures: 0, draining: false, dueAtSec: clock.nowSec } as const;
    await store.change(status, change, { kind: 'starting', vmId, act: actAt(clock) });
    Object.assign(vm, { ...change, stopped: false });
  });
}

function actAt(clock: TestClock): Act {
  return { who: 'test', nowMs: clock.read(), requestId: 'r-7' };
}

/** The VM of a user is of no use, so that they get another one. */
export function exchange(userId: string): Command {
  return command(`exchange(${userId})`, async (model, { store, clock }) => {
    const grant = await store.find(userId, clock.nowSec);
    const lease = model.liveLease(userId);
    if (grant === undefined || lease === undefined) return;
    const reason = 'it is of no use';
    const call = store.exchange({ grant, reason, startLimitSec: START_LIMIT_SEC, act: actAt(clock) });
    const free = model.next();
    Object.assign(model.vm(lease.vmId), { state: 'quarantined', failures: 0, reason });
    model.leases.delete(userId);
    if (free.length === 0) {
      expect(await refusalOf(call)).toBe('pool_empty');
      model.forgetKey(userId, lease.key);
      return;
    }
    const moved = await call;
    expect(free).toContain(moved.vm.id);
    expect(moved.lease.id).toBe(lease.id);
    expectTerm(model, moved.lease, lease.startingTtlSec ?? lease.expiresAtSec - lease.acquiredAtSec);
    const { key, minutes } = lease;
    model.lend(userId, moved.lease, { key, minutes });
  });
}
