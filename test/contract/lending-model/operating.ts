/** What operators do, time and illness of VMs, and what the model says of it. */
import { expect } from '@jest/globals';
import type { Order } from '../../../lambda/pool/orders.ts';
import type { Command } from './command.ts';
import { command, refusalOf } from './command.ts';
import type { Model } from './model.ts';

export function passTime(seconds: number): Command {
  return command(`passTime(${String(seconds)} s)`, async (model, { clock }) => {
    clock.advance(seconds);
    model.nowSec += seconds;
  });
}

export function look(): Command {
  return command('look()', async (model, { lending }) => {
    const pools = await lending.pools('r-4');
    model.tidy();
    expect(pools.get('default')?.counts).toEqual(model.counts());
  });
}

/** What an operator's order does to a VM, or the refusal that it meets. */
function obey(model: Model, order: Order, vmId: string): string | undefined {
  const vm = model.vm(vmId);
  const { state } = vm;
  switch (order) {
    case 'drain':
      if (state === 'quarantined') return 'wrong_state';
      vm.draining = true;
      vm.reason = 'drain';
      if (state === 'free') vm.state = 'drained';
      return undefined;
    case 'return':
      if (state !== 'quarantined' && state !== 'drained' && !vm.draining) return 'wrong_state';
      vm.draining = false;
      vm.reason = undefined;
      if (state === 'quarantined' || state === 'drained') {
        Object.assign(vm, { state: 'checking', failures: 0, dueAtSec: model.nowSec });
      }
      return undefined;
    case 'quarantine':
      if (state === 'leased') return 'vm_in_use';
      Object.assign(vm, { state: 'quarantined', draining: false, reason: 'quarantine' });
      return undefined;
    case 'release': {
      if (state !== 'leased') return 'wrong_state';
      const holder = [...model.leases].find(([, lease]) => lease.vmId === vmId)?.[0];
      if (holder !== undefined) model.endLease(holder);
      return undefined;
    }
  }
}

export function operate(order: Order, vmId: string): Command {
  return command(`${order}(${vmId})`, async (model, { operations }) => {
    const call = operations.order({ order, vmId, reason: order, operator: 'ops' }, 'r-5');
    const overdue = [...model.leases].find(([user, lease]) => lease.vmId === vmId && !model.liveLease(user));
    if (overdue !== undefined) model.endLease(overdue[0]);
    const refusal = obey(model, order, vmId);
    if (refusal !== undefined) {
      expect(await refusalOf(call)).toBe(refusal);
      return;
    }
    model.checkIfDue(vmId);
    const { state, draining } = await call;
    expect({ state, draining }).toEqual({ state: model.vm(vmId).state, draining: model.vm(vmId).draining });
  });
}

export function setHealth(vmId: string, healthy: boolean): Command {
  return command(`${healthy ? 'mend' : 'break'}(${vmId})`, async (model, { provider }) => {
    for (const failing of [model.failing, provider.failing]) {
      if (healthy) failing.delete(vmId);
      else failing.add(vmId);
    }
  });
}
