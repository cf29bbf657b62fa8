import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { VM_STATES } from '../../../../lambda/pool/vm.ts';
import { Counts } from '../../../../lambda/store/dynamodb/counts.ts';

/** Counts of a table that answers each of its queries, in their order, with the next of these numbers. */
async function counted(total: number, found: readonly number[]) {
  const left = [...found];
  const table = { count: async () => left.shift() ?? 0 };
  const vms = { totals: async () => new Map([['default', total]]) };
  const counts = new Counts(table as never, vms as never, async () => ['default'], 0);
  return (await counts.all(0)).get('default');
}

describe('counts by state', () => {
  it('add up to all VMs, also when some changed while they were counted and were found twice', async () => {
    const some = fc.nat({ max: 6 });
    await fc.assert(
      fc.asyncProperty(some, fc.array(some, { minLength: 5, maxLength: 5 }), async (total, found) => {
        const counts = await counted(total, found);
        expect(VM_STATES.reduce((sum, state) => sum + (counts?.[state] ?? 0), 0)).toBe(total);
      }),
    );
  });

  it('are what was found, and the rest is free', async () => {
    const counts = { leased: 3, checking: 2, quarantined: 1, drained: 1, free: 2 };
    expect(await counted(9, [3, 1, 1, 1, 1])).toEqual(counts);
  });
});
