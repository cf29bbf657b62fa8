import { describe, expect, it } from '@jest/globals';
import { FreeQueue } from '../../../lambda/store/free-queue.ts';

function queueOf(count: number): FreeQueue<number> {
  const queue = new FreeQueue<number>();
  for (let vm = 1; vm <= count; vm += 1) queue.add(vm);
  return queue;
}

/** Lends `times` VMs, each given back before the next is lent. */
function lentInTurn(queue: FreeQueue<number>, times: number): (number | undefined)[] {
  return Array.from({ length: times }, () => {
    const vm = queue.next();
    if (vm !== undefined) queue.putBack(vm);
    return vm;
  });
}

describe('the queue of free VMs', () => {
  it('lends the VM that has been free longest while there are few', () => {
    expect(lentInTurn(queueOf(3), 7)).toEqual([1, 2, 3, 1, 2, 3, 1]);
  });

  it('never lends the VM that came back last while there is another one', () => {
    const lent = lentInTurn(queueOf(100), 300);
    expect(lent.filter((vm, at) => vm === lent[at - 1])).toEqual([]);
  });

  it('keeps to a few VMs of many while they are enough', () => {
    expect(new Set(lentInTurn(queueOf(100), 300)).size).toBe(8);
  });

  it('lends every VM once when none comes back, and then none', () => {
    const queue = queueOf(100);
    lentInTurn(queue, 300);
    const all = Array.from({ length: 100 }, () => queue.next());
    expect(new Set(all).size).toBe(100);
    expect(queue.next()).toBeUndefined();
  });
});
