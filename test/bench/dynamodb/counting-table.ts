import { Cancelled } from '../../../lambda/store/dynamodb/retry.ts';
import { Table } from '../../../lambda/store/dynamodb/table.ts';

/** A table that counts lost races. */
export class CountingTable extends Table {
  /** Transactions that failed because of another caller's transaction. */
  lost = 0;
  /** Start of the last transaction that succeeded, UTC epoch milliseconds. */
  lastMadeFromMs = 0;

  override async transact(...args: Parameters<Table['transact']>): Promise<void> {
    const startedMs = Date.now();
    try {
      await super.transact(...args);
      this.lastMadeFromMs = Math.max(this.lastMadeFromMs, startedMs);
    } catch (error) {
      if (error instanceof Cancelled) this.lost += 1;
      throw error;
    }
  }
}
