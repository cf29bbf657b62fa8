/** How long VMs were stopped. Loaded where VMs are stopped. */
import type { PoolSavings } from '../../pool/ports.ts';
import { addedUp } from '../../pool/savings.ts';
import { isAddedUpAt, isNew } from './conditions.ts';
import { keys, savingsItem } from './items.ts';
import { retryCancelled } from './retry.ts';
import type { Table } from './table.ts';

/** One read and one transaction, unless somebody else has added the time since. */
export async function addStoppedTime(
  table: Table,
  stopped: ReadonlyMap<string, number>,
  nowSec: number,
): Promise<void> {
  await retryCancelled(table.meter, async (deadline) => {
    const before = await table.get(keys.savings, deadline);
    const after = addedUp(before, stopped, nowSec);
    if (after === undefined) return;
    const asRead = before === undefined ? isNew : isAddedUpAt(before.atSec);
    await table.transact([{ put: savingsItem(after), if: asRead }], deadline);
  });
}

/** One read. */
export async function savings(table: Table): Promise<ReadonlyMap<string, PoolSavings>> {
  const item = await table.get(keys.savings);
  return new Map(Object.entries(item?.pools ?? {}));
}
