import { MemoryStore } from '../../lambda/store/memory.ts';
import { MAX_FAILURES } from '../support/lending.ts';
import type { StoreFactory } from '../support/lending.ts';
import { describeLeaseStore } from './lease-store.ts';
import { describeLendingModel } from './lending-model.ts';

const memory: StoreFactory = async (inventory) => new MemoryStore(inventory, MAX_FAILURES);

describeLeaseStore('memory', memory);
describeLendingModel('memory', memory, 500);
