import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LeaseStore } from '../../lambda/pool/ports.ts';
import type { StoreFactory } from '../support/pool/lending.ts';
import { AT_NOON } from '../support/pool/lending.ts';
import { describeAcquire } from './lease-store/acquire.ts';
import { describeChange } from './lease-store/change.ts';
import { describeCounts } from './lease-store/counts.ts';
import { describeDue } from './lease-store/due.ts';
import { describeEvents } from './lease-store/events.ts';
import { describeExchange } from './lease-store/exchange.ts';
import { describeFind } from './lease-store/find.ts';
import { INVENTORY } from './lease-store/fixtures.ts';
import { describeIdempotency } from './lease-store/idempotency.ts';
import { describeMissing } from './lease-store/missing.ts';
import { describePower } from './lease-store/power.ts';
import { describeRelease } from './lease-store/release.ts';
import { describeRenew } from './lease-store/renew.ts';
import { describeStarting } from './lease-store/starting.ts';
import { describeStatuses } from './lease-store/statuses.ts';
import { describeSync } from './lease-store/sync.ts';

/** What every store promises by the port `LeaseStore`, with one file for each behaviour. */
export function describeLeaseStore(name: string, makeStore: StoreFactory): void {
  describe(`${name} as a LeaseStore`, () => {
    let store: LeaseStore;
    const currentStore = () => store;

    beforeEach(async () => {
      store = await makeStore();
      await store.sync(INVENTORY, AT_NOON);
    });

    describeAcquire(currentStore);
    describeIdempotency(currentStore);
    describeFind(currentStore);
    describeRenew(currentStore);
    describeRelease(currentStore);
    describeDue(currentStore);
    describeChange(currentStore);
    describeSync(currentStore, makeStore);
    describeMissing(currentStore);
    describeStarting(currentStore);
    describeExchange(currentStore);
    describePower(currentStore);
    describeEvents(currentStore);
    describeStatuses(currentStore);
    describeCounts(currentStore);

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });
}
