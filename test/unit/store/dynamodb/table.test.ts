import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Key } from '../../../../lambda/store/dynamodb/items.ts';
import { Table } from '../../../../lambda/store/dynamodb/table.ts';

describe('several items that are read at once', () => {
  it('are each returned for their own key, whatever the keys are', async () => {
    const word = fc.stringMatching(/^[ab#]{1,4}$/);
    const wanted = fc.array(fc.record({ pk: word, sk: word }), { minLength: 1, maxLength: 20 });
    /** A database that has every item. */
    const client = {
      place: 'here',
      send: async (_: string, { RequestItems }: { RequestItems: Record<string, { Keys: object[] }> }) => ({
        Responses: { table: RequestItems.table?.Keys },
      }),
    };
    await fc.assert(
      fc.asyncProperty(wanted, async (places) => {
        const table = new Table(client as never, 'table');
        expect(await table.getAll(places as unknown as Key[])).toEqual(places);
      }),
    );
  });
});
