import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FreeQueue } from '../../../../lambda/store/memory/free-queue.ts';
import type { InLine } from '../../../../lambda/store/memory/line.ts';

interface TestVm extends InLine<TestVm> {
  readonly id: number;
}

function testVms(count: number): TestVm[] {
  return Array.from({ length: count }, (_, n) => ({ id: n + 1, line: undefined, ahead: undefined, behind: undefined }));
}

function queueOf(vms: readonly TestVm[]): FreeQueue<TestVm> {
  const queue = new FreeQueue<TestVm>();
  for (const vm of vms) queue.add(vm);
  return queue;
}

function lend(queue: FreeQueue<TestVm>): TestVm | undefined {
  const vm = queue.first;
  if (vm !== undefined) queue.remove(vm);
  return vm;
}

/** Lends `times` VMs, each given back before the next is lent. */
function lentInTurn(queue: FreeQueue<TestVm>, times: number): (number | undefined)[] {
  return Array.from({ length: times }, () => {
    const vm = lend(queue);
    if (vm !== undefined) queue.putBack(vm);
    return vm?.id;
  });
}

describe('the queue of free VMs', () => {
  it('lends the VM that has been free longest while there are few', () => {
    expect(lentInTurn(queueOf(testVms(3)), 7)).toEqual([1, 2, 3, 1, 2, 3, 1]);
  });

  it('never lends the VM that came back last while there is another one', () => {
    const lent = lentInTurn(queueOf(testVms(100)), 300);
    expect(lent.filter((vm, at) => vm === lent[at - 1])).toEqual([]);
  });

  it('lends only a few VMs of many while those are enough', () => {
    expect(new Set(lentInTurn(queueOf(testVms(100)), 300)).size).toBe(8);
  });

  it('lends every VM once when none comes back, and then none', () => {
    const queue = queueOf(testVms(100));
    lentInTurn(queue, 300);
    const all = Array.from({ length: 100 }, () => lend(queue)?.id);
    expect(new Set(all).size).toBe(100);
    expect(lend(queue)).toBeUndefined();
  });

  it('holds exactly the free VMs, and never lends next the one that came back last while another is free', () => {
    const steps = fc.array(
      fc.record({ kind: fc.constantFrom('lend', 'give back', 'take out', 'put back'), place: fc.nat(19) }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), steps, (count, history) => {
        const vms = testVms(count);
        const queue = queueOf(vms);
        const free = new Set(vms);
        for (const { kind, place } of history) {
          const vm = kind === 'lend' ? queue.first : vms[place % count];
          if (vm === undefined) {
            expect(free.size).toBe(0);
          } else if (kind === 'lend' || (kind === 'take out' && free.has(vm))) {
            expect(free.delete(vm)).toBe(true);
            queue.remove(vm);
          } else if (kind !== 'take out' && !free.has(vm)) {
            free.add(vm);
            queue.putBack(vm);
            if (free.size > 1) expect(queue.first).not.toBe(vm);
          }
        }
        const held = Array.from({ length: free.size }, () => lend(queue));
        expect(new Set(held)).toEqual(free);
        expect(queue.first).toBeUndefined();
      }),
    );
  });
});
