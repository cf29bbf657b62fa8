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
    const ofEc2 = Object.values(pools).filter(({ ec2 }) => ec2 !== undefined).length;
    const kinds = ofEc2 === 0 ? '' : ` (${ofEc2} of EC2 instances)`;
    const counts = `${count(Object.keys(pools).length, 'pool')}${kinds}, ${count(vms.length, 'VM')}`;
    return { faults: [], summary: `${counts}, ${confirmationOf(text, ofEc2)}` };
  } catch (error) {
    if (!(error instanceof InventoryInvalid)) throw error;
    return { faults: error.faults, summary: '' };
  }
}

/** Where instances are found, their ids are part of it: only the service knows them. */
function confirmationOf(text: string, ofEc2: number): string {
  if (ofEc2 === 0) return `confirmed_inventory = "${sha256Of(text)}"`;
  return "the service's log shows confirmed_inventory where it is needed, since it names the instances too";
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
