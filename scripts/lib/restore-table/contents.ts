import type { ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Lease } from '../../../lambda/pool/lease.ts';
import type { Ports } from './table.ts';

/** What a table says of a VM. A damaged item may lack anything. */
export interface KnownVm {
  readonly state: string;
  readonly lease: Lease | undefined;
}

/** What a table contains. */
export interface Contents {
  /** How many items there are of each kind. */
  readonly items: ReadonlyMap<string, number>;
  readonly vms: ReadonlyMap<string, KnownVm>;
}

/** Kinds of items, in the words of operators; the first that fits. `lambda/store/dynamodb/items.ts` declares them. */
const KINDS: readonly [name: string, fits: (pk: string, sk: string) => boolean][] = [
  ['VMs', (pk, sk) => pk.startsWith('VM#') && sk === 'VM'],
  ['events', (_, sk) => sk.startsWith('EVENT#')],
  ['free VMs', (pk) => pk.startsWith('FREE#') || pk.startsWith('STOPPED#')],
  ['leases', (_, sk) => sk === 'LEASE'],
  ['idempotency keys', (_, sk) => sk.startsWith('KEY#')],
  ['released leases', (_, sk) => sk === 'RELEASED'],
  ['inventory', (_, sk) => sk === 'INVENTORY'],
  ['savings', (_, sk) => sk === 'SAVINGS'],
  ['others', () => true],
];

/** Names of all kinds of items. */
export const KIND_NAMES = KINDS.map(([name]) => name);

interface Row {
  readonly pk: string;
  readonly sk: string;
  readonly state?: string;
  readonly lease?: Lease;
}

const VM = 'VM#';

/**
 * Reads a whole table, one page after another.
 *
 * @param unitsPerSecond - most read request units per second; undefined for as many as it takes
 */
export async function contentsOf(ports: Ports, TableName: string, unitsPerSecond?: number): Promise<Contents> {
  const items = new Map<string, number>();
  const vms = new Map<string, KnownVm>();
  for await (const { pk, sk, state = 'none', lease } of rowsOf(ports, TableName, unitsPerSecond)) {
    const kind = kindOf(pk, sk);
    items.set(kind, (items.get(kind) ?? 0) + 1);
    if (kind === 'VMs') vms.set(pk.slice(VM.length), { state, lease: state === 'leased' ? lease : undefined });
  }
  return { items, vms };
}

async function* rowsOf({ client, sleep }: Ports, TableName: string, unitsPerSecond = Infinity): AsyncGenerator<Row> {
  let ExclusiveStartKey: ScanCommandOutput['LastEvaluatedKey'];
  do {
    const page: ScanCommandOutput = await client.send(
      new ScanCommand({
        TableName,
        ExclusiveStartKey,
        ProjectionExpression: 'pk, sk, #state, lease',
        ExpressionAttributeNames: { '#state': 'state' },
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    for (const item of page.Items ?? []) yield unmarshall(item) as Row;
    ExclusiveStartKey = page.LastEvaluatedKey;
    const pauseMs = (1_000 * (page.ConsumedCapacity?.CapacityUnits ?? 0)) / unitsPerSecond;
    if (ExclusiveStartKey !== undefined && pauseMs > 0) await sleep(pauseMs);
  } while (ExclusiveStartKey !== undefined);
}

function kindOf(pk: string, sk: string): string {
  return KINDS.find(([, fits]) => fits(pk, sk))?.[0] ?? 'others';
}
