import { measureBundle } from './bundle/bundle.ts';
import { measureColdStart } from './cold-start/cold-start.ts';
import { measureCommandLine } from './command-line/command-line.ts';
import { measureDynamoDbColdStart } from './dynamodb/cold-start.ts';
import { measureDynamoDbCosts } from './dynamodb/costs.ts';
import { overDynamoDb } from './dynamodb/database.ts';
import { measureStampedes } from './dynamodb/stampede.ts';
import { measureTick } from './dynamodb/tick.ts';
import type { Findings } from './figures/measure.ts';
import { measureMemoryStore } from './memory-store/memory-store.ts';
import { measureLocalServer } from './server/local-server.ts';
import { measureCertificates } from './vms/certificates.ts';
import { measureCertificateColdStart } from './vms/cold-start.ts';
import { measureHostKeys } from './vms/host-keys.ts';
import { measureRelease } from './vms/release.ts';
import { measureWarmHandler } from './warm-handler/warm-handler.ts';
import { measureYardstick } from './yardstick/yardstick.ts';

/** A part of the benchmark. Its result has the targets and describes how each figure was measured. */
export interface Part {
  /** For `--help`: what the part measures */
  readonly what: string;
  readonly measure: (isQuick: boolean) => Promise<Findings>;
}

/** All parts by name, in the order in which they run. */
export const PARTS: Readonly<Record<string, Part>> = {
  cold: {
    what: 'start of the function to its first answer, against a handler that does nothing',
    measure: measureColdStart,
  },
  warm: {
    what: 'getvm and releasevm in a warm function, against a handler that parses and answers',
    measure: measureWarmHandler,
  },
  server: { what: 'requests a second of the local server, against bare node:http', measure: measureLocalServer },
  store: { what: 'growth of the memory store with its VMs, against a bare queue and Map', measure: measureMemoryStore },
  cli: { what: 'start of vm-pool --help, against an empty run of Node', measure: measureCommandLine },
  bundle: { what: 'bytes that are deployed and loaded', measure: measureBundle },
  yardstick: {
    what: 'checkouts and returns a second for one caller, beside those of vmpooler',
    measure: measureYardstick,
  },
  'cold-dynamodb': { what: 'cold, with leases in DynamoDB', measure: overDynamoDb(measureDynamoDbColdStart) },
  dynamodb: {
    what: 'round trips, capacity units and time of each call of the store in DynamoDB',
    measure: overDynamoDb(measureDynamoDbCosts),
  },
  stampede: { what: 'many callers borrow at once until no VM is free', measure: overDynamoDb(measureStampedes) },
  tick: { what: 'time until the VMs of leases that end together are free', measure: overDynamoDb(measureTick) },
  certificates: { what: 'login certificates a second, against bare signatures', measure: measureCertificates },
  'cold-certificate': {
    what: 'cold-dynamodb with an inventory and certificates, against mock VMs',
    measure: overDynamoDb(measureCertificateColdStart),
  },
  'host-keys': { what: '1,000 VMs checked by host key, against by banner', measure: measureHostKeys },
  release: { what: 'time from a release until the VM is free, by what makes it clean', measure: measureRelease },
};
