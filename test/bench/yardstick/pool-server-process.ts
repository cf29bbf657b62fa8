/**
 * The local server with any number of VMs: `node pool-server-process.mjs <VMs> [<table>]`. With a table, leases live in
 * DynamoDB, and the table already holds the VMs. Sends its port, and answers each message with its CPU time.
 */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { MockProvider } from '../../../lambda/providers/mock.ts';
import { composeService } from '../../../lambda/service.ts';
import { loadSettings } from '../../../lambda/settings.ts';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import { writeLine } from '../../../lambda/telemetry/stdout.ts';
import { createGateway } from '../../../scripts/lib/gateway/server.ts';
import { storeOver } from '../../support/dynamodb/table-store.ts';
import { vmsOf } from '../dynamodb/pool.ts';

/** Milliseconds of CPU time that the server has used. */
export type CpuMs = number;

const [vmCount, tableName] = process.argv.slice(2);
const store = tableName === undefined ? new MemoryStore() : storeOver(tableName);
const vms = vmsOf(Number(vmCount));
const provider = new MockProvider([], vms);
const settings = loadSettings({ METRICS_NAMESPACE: 'vm-pool-bench' });
const { api, upkeep } = composeService(settings, { store, provider, clock: Date.now, write: writeLine });
if (tableName === undefined) await upkeep.sync('bench');

const gateway = createGateway({
  routes: ['POST /getvm', 'POST /releasevm'],
  stage: 'resources',
  invoke: (event) => api(event, randomUUID()),
  onFault: console.error,
});
gateway.listen(0, '127.0.0.1', () => {
  process.send?.((gateway.address() as AddressInfo).port);
});
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.((user + system) / 1000);
});
