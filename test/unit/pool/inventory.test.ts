import { describe, expect, it } from '@jest/globals';
import { keepHalfOfEachPool } from '../../../lambda/pool/inventory.ts';
import type { Vm } from '../../../lambda/pool/vm.ts';
import { someVms } from '../../support/pool/lending.ts';

function wanted(...vms: readonly Vm[]): ReadonlyMap<string, Vm> {
  return new Map(vms.map((vm) => [vm.id, vm]));
}

describe('keepHalfOfEachPool', () => {
  const four = someVms(4);
  const rigs = someVms(3, 'rigs', 'rig');

  it.each([
    { rule: 'nothing is known yet', known: [], kept: [] },
    { rule: 'every VM stays', known: four, kept: four },
    { rule: 'exactly half of a pool leaves', known: four, kept: four.slice(2) },
    { rule: 'VMs only change pools', known: four, kept: four.map((vm) => ({ ...vm, pool: 'rigs' })) },
  ])('allows a sync when $rule', ({ known, kept }) => {
    expect(() => {
      keepHalfOfEachPool(known, wanted(...kept));
    }).not.toThrow();
  });

  it.each([
    { rule: 'more than half leaves', known: four, kept: four.slice(3), pool: 'default', leaving: 3, total: 4 },
    { rule: 'the only VM leaves', known: someVms(1), kept: [], pool: 'default', leaving: 1, total: 1 },
    {
      rule: 'a small pool beside a large one loses more than half',
      known: [...someVms(50), ...rigs],
      kept: [...someVms(50), ...rigs.slice(2)],
      pool: 'rigs',
      leaving: 2,
      total: 3,
    },
  ])('refuses a sync when $rule', ({ known, kept, pool, leaving, total }) => {
    expect(() => {
      keepHalfOfEachPool(known, wanted(...kept));
    }).toThrow(expect.objectContaining({ losses: [{ pool, leaving, total }] }));
  });

  it('names every pool that would lose more than half', () => {
    expect(() => {
      keepHalfOfEachPool([...four, ...rigs], wanted(...rigs.slice(2)));
    }).toThrow('the inventory would remove 4 of the 4 VMs of the pool default, 2 of the 3 VMs of the pool rigs');
  });
});
