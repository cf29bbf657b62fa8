import { describe, expect, it } from '@jest/globals';
import type { OperatedVm } from '../../../lambda/console/api.ts';
import { STATES } from '../../../lambda/console/api.ts';
import { countsOf, filtered, filterIn, hashOf } from '../../../lambda/console/operators/filter.ts';
import type { Order } from '../../../lambda/console/operators/orders.ts';
import { ORDERS, ordersFor } from '../../../lambda/console/operators/orders.ts';
import { sinceIn, situationOf, withoutSince } from '../../../lambda/console/operators/since.ts';
import { ordered } from '../../../lambda/pool/orders.ts';
import type { VmStatus } from '../../../lambda/pool/vm.ts';
import { VM_STATES } from '../../../lambda/pool/vm.ts';

function vm(id: string, more: Partial<OperatedVm> = {}): OperatedVm {
  const address = { id, pool: 'default', ip: '192.0.2.1', port: 22, username: 'tester' };
  return { ...address, state: 'free', failures: 0, draining: false, retired: false, ...more };
}

const NO_FILTER = filterIn('');

describe('the orders that the page offers', () => {
  const situations = VM_STATES.flatMap((state) => [false, true].map((draining) => ({ state, draining })));

  it.each(situations)('for $state, draining $draining, are orders that the rules carry out', ({ state, draining }) => {
    const status: VmStatus = { vm: vm('vm-01'), version: 1, failures: 0, retired: false, state, draining };
    for (const order of ordersFor(status)) expect(() => ordered(status, order, 'why', 0)).not.toThrow();
  });

  it('offer each order somewhere', () => {
    const offered = new Set(situations.flatMap((situation) => ordersFor(situation)));
    expect(Object.keys(ORDERS).filter((order) => !offered.has(order as Order))).toEqual([]);
  });
});

describe('the filter of the list', () => {
  const vms = [
    vm('vm-10', { state: 'leased', userid: 'alice' }),
    vm('vm-2', { state: 'quarantined', reason: 'Fan is loud', pool: 'big' }),
    vm('vm-1'),
  ];
  const ids = (filter: Partial<typeof NO_FILTER>) => filtered(vms, { ...NO_FILTER, ...filter }).map(({ id }) => id);

  it('sorts ids as people count', () => {
    expect(ids({})).toEqual(['vm-1', 'vm-2', 'vm-10']);
  });

  it.each([
    { filter: { text: 'ALICE' }, found: ['vm-10'] },
    { filter: { text: 'loud fan' }, found: ['vm-2'] },
    { filter: { text: 'fan alice' }, found: [] },
    { filter: { state: 'free' as const }, found: ['vm-1'] },
    { filter: { pool: 'big' }, found: ['vm-2'] },
  ])('finds $found by $filter', ({ filter, found }) => {
    expect(ids(filter)).toEqual(found);
  });

  it('counts each state among what else matches', () => {
    const counts = countsOf(vms, { ...NO_FILTER, text: 'vm', state: 'free' });
    expect(Object.fromEntries(counts)).toEqual({ '': 3, free: 1, leased: 1, checking: 0, quarantined: 1, drained: 0 });
  });

  it('survives in the address', () => {
    const filter = { text: 'a & b', state: 'drained', pool: 'big' } as const;
    expect(filterIn(hashOf(filter))).toEqual(filter);
    expect(hashOf(NO_FILTER)).toBe('');
    expect(filterIn('#state=unknown')).toEqual(NO_FILTER);
  });
});

it('the page knows every state of the service', () => {
  expect(STATES).toEqual(VM_STATES);
});

describe('since when a VM is out of use', () => {
  const event = (at: string, from: OperatedVm['state'], to: OperatedVm['state']) => {
    return { id: at, at, kind: 'changed', vmId: 'vm-1', from, to, who: 'ops', requestId: 'r' };
  };

  it('is when it came into its state, whatever happened to it there', () => {
    const events = [
      event('12:03', 'quarantined', 'quarantined'),
      event('12:02', 'checking', 'quarantined'),
      event('12:01', 'leased', 'checking'),
    ];
    expect(sinceIn(events, 'quarantined')).toBe('12:02');
    expect(sinceIn(events, 'drained')).toBeUndefined();
  });

  it('is asked once for each state and reason, and never for VMs that are free or say it themselves', () => {
    const out = vm('vm-1', { state: 'quarantined', reason: 'fan' });
    const vms = [out, vm('vm-2'), vm('vm-3', { state: 'leased', since: '2026-11-21T12:00:00Z' })];
    expect(withoutSince(vms, new Map())).toEqual([out]);
    const known = new Map([[situationOf(out), '12:02']]);
    expect(withoutSince(vms, known)).toEqual([]);
    expect(withoutSince([{ ...out, reason: 'disk' }], known)).toHaveLength(1);
  });
});
