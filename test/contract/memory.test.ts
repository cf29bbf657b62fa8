import { MemoryStore } from '../../lambda/store/memory/store.ts';
import { describeLeaseStore } from './lease-store.ts';
import { describeLendingModel } from './lending-model.ts';
import { describeLinearizability } from './linearizability.ts';
import { describeListing } from './listing.ts';

const memory = async () => new MemoryStore();

describeLeaseStore('memory', memory);
describeLendingModel('memory', memory, 500);
describeListing('memory', memory);
describeLinearizability('memory', memory, 500);
