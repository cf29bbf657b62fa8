import { Cancelled } from '../../../lambda/store/dynamodb/retry.ts';
import { Table } from '../../../lambda/store/dynamodb/table.ts';

/** A table that counts what becomes of transactions. */
export class CountingTable extends Table {
  /** Transactions that somebody else's made impossible. */
  lost = 0;
  /** When the last transaction that was made began, UTC epoch milliseconds. */
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
