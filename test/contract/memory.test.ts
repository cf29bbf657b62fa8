import { MemoryStore } from '../../lambda/store/memory/store.ts';
import { describeClosing } from './closing.ts';
import { describeEventOrder } from './event-order.ts';
import { describeLeaseStore } from './lease-store.ts';
import { describeLendingModel } from './lending-model.ts';
import { describeLinearizability } from './linearizability.ts';
import { describeListing } from './listing.ts';
import { describePowering } from './powering.ts';

const memory = async () => new MemoryStore();

describeLeaseStore('memory', memory);
describeLendingModel('memory', memory, 500);
describeClosing('memory', memory, 500);
describeEventOrder(
  'memory',
  async (clocks) => {
    const store = new MemoryStore();
    return clocks.map(() => store);
  },
  300,
);
describePowering('memory', memory, 200);
describeListing('memory', memory);
describeLinearizability('memory', memory, 500);
