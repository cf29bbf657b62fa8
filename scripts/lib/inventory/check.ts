import { InventoryInvalid } from '../../../lambda/providers/inventory/fault.ts';
import { parseInventory, sha256Of } from '../../../lambda/providers/inventory/parse.ts';

/** What is to be said about one inventory. */
export interface Findings {
  /** One sentence a fault. */
  readonly faults: readonly string[];
  /** What a right inventory has. */
  readonly summary: string;
}

/** Checks the text of an inventory as the service does. @param hasEc2 - whether that service finds EC2 instances */
export function checkInventory(text: string, hasEc2 = true): Findings {
  try {
    const { pools, vms } = parseInventory(text, hasEc2);
    const counts = `${count(Object.keys(pools).length, 'pool')}, ${count(vms.length, 'VM')}`;
    return { faults: [], summary: `${counts}, confirmed_inventory = "${sha256Of(text)}"` };
  } catch (error) {
    if (!(error instanceof InventoryInvalid)) throw error;
    return { faults: error.faults, summary: '' };
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
