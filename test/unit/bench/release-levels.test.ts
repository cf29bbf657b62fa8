import { describe, expect, it } from '@jest/globals';
import { parseInventory } from '../../../lambda/providers/inventory/parse.ts';
import { inventoryOf, LEVELS } from '../../bench/vms/release-levels.ts';
import { HOST_KEY } from '../../support/providers/inventory.ts';

describe('a reset level of the bench', () => {
  it.each(LEVELS)('has an inventory that the service takes: $what', (level) => {
    const text = inventoryOf(level, { address: '127.0.0.1', port: 2222, hostKeys: [HOST_KEY] });
    expect(parseInventory(text).vms).toHaveLength(1);
  });
});
