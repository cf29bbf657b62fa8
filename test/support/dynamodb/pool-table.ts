import { isDeepStrictEqual } from 'node:util';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { hasEnded } from '../../../lambda/pool/lease.ts';
import type { Lease } from '../../../lambda/pool/lease.ts';
import type { NewEvent, PoolEvent } from '../../../lambda/pool/event.ts';
import { VM_STATES } from '../../../lambda/pool/vm.ts';
import type { Vm, VmState, VmStatus } from '../../../lambda/pool/vm.ts';
import type { Item } from '../../../lambda/store/dynamodb/layout.ts';
import { allItems } from './database.ts';

const EVENT = 'EVENT#';

/** Everything that a table holds, and what of it cannot be. */
export class PoolTable {
  private constructor(private readonly items: readonly Item[]) {}

  static async read(client: DynamoDBClient, tableName: string): Promise<PoolTable> {
    return new PoolTable(await allItems(client, tableName));
  }

  /** The live lease of one user, read past the store. */
  static async leaseOf(
    client: DynamoDBClient,
    TableName: string,
    userId: string,
    nowSec: number,
  ): Promise<Lease | undefined> {
    const Key = { pk: { S: `USER#${userId}` }, sk: { S: 'LEASE' } };
    const { Item: item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    const lease = item && (unmarshall(item).lease as Lease);
    return lease === undefined || hasEnded(lease, nowSec) ? undefined : lease;
  }

  get vms(): VmStatus[] {
    return this.items.filter(({ sk }) => sk === 'VM') as unknown as VmStatus[];
  }

  get events(): PoolEvent[] {
    const items = this.items.filter(({ sk }) => sk.startsWith(EVENT));
    return items.map(({ sk, event }) => ({ ...(event as NewEvent), id: sk.slice(EVENT.length) }));
  }

  /** The live lease of each user that has one. */
  leases(nowSec: number): Map<string, Lease> {
    const userItems = this.items.filter(({ pk }) => pk.startsWith('USER#'));
    const leases = userItems.map(({ lease }) => lease as Lease).filter((lease) => !hasEnded(lease, nowSec));
    return new Map(leases.map((lease) => [lease.userId, lease]));
  }

  /**
   * What of the invariants 1 to 5 does not hold (see the design: one lease a VM, one a user, one state, nothing lost, no
   * rights past the end).
   *
   * @returns sentences; none, all is well
   */
  faults(inventory: readonly Vm[], nowSec: number): string[] {
    return [
      ...this.inventoryFaults(inventory),
      ...this.vms.flatMap((status) => this.vmFaults(status, nowSec)),
      ...this.freeFaults(),
      ...this.leaseFaults(nowSec),
      ...this.eventFaults(),
      ...this.vms.flatMap((status) => this.storyFaults(status)),
    ];
  }

  private inventoryFaults(inventory: readonly Vm[]): string[] {
    const ids = this.vms.map(({ vm }) => vm.id);
    return inventory.filter(({ id }) => !ids.includes(id)).map(({ id }) => `${id} is lost`);
  }

  private vmFaults({ vm, state, lease, version }: VmStatus, nowSec: number): string[] {
    const offers = this.items.filter(({ pk, sk }) => pk === `FREE#${vm.pool}` && sk.endsWith(`#${vm.id}`));
    const known = lease && this.leases(nowSec).get(lease.userId);
    const live = lease !== undefined && !hasEnded(lease, nowSec);
    return sentences({
      [`${vm.id} is in no state: ${state}`]: !VM_STATES.includes(state),
      [`${vm.id} is ${state} and offered ${String(offers.length)} times`]: offers.length !== (state === 'free' ? 1 : 0),
      [`${vm.id} is offered in a version it does not have`]: offers.some((item) => item.version !== version),
      [`${vm.id} is ${state} with lease ${lease?.id ?? 'none'}`]: (lease !== undefined) !== (state === 'leased'),
      [`${vm.id} has ${text(lease)}, its user ${text(known)}`]: live && !isDeepStrictEqual(known, lease),
    });
  }

  private freeFaults(): string[] {
    const ids = new Set(this.vms.map(({ vm }) => vm.id));
    const offered = this.items.filter(({ pk }) => pk.startsWith('FREE#')).map(({ vm }) => (vm as Vm).id);
    return offered.filter((id) => !ids.has(id)).map((id) => `${id} is offered and not known`);
  }

  private leaseFaults(nowSec: number): string[] {
    const faults: string[] = [];
    for (const [userId, lease] of this.leases(nowSec)) {
      const holders = this.vms.filter((status) => status.lease?.id === lease.id).map(({ vm }) => vm.id);
      if (holders.join() !== lease.vmId) {
        faults.push(`${userId} has lease ${lease.id} of ${lease.vmId}, which VMs ${holders.join() || 'none'} have`);
      }
      const key = this.items.find(({ pk }) => pk === `KEY#${lease.idempotency?.key ?? ''}`);
      if (lease.idempotency !== undefined && key?.leaseId !== lease.id)
        faults.push(`the key of lease ${lease.id} is lost`);
      if (key !== undefined && key.expiresAtSec !== lease.expiresAtSec) faults.push(`the key of ${lease.id} ends else`);
    }
    return faults;
  }

  /** Read in their order, the events of a VM tell its way from one state to the next. */
  private storyFaults({ vm }: VmStatus): string[] {
    const story = this.events.filter(({ vmId, from, to }) => vmId === vm.id && from !== to);
    const inOrder = story.sort((one, other) => (one.id < other.id ? -1 : 1));
    const steps = inOrder.slice(1).map((event, place) => [inOrder[place], event] as const);
    const broken = steps.filter(([before, { from }]) => before?.to !== from);
    return broken.map(([before, event]) => `${vm.id} came to ${String(before?.to)}, then ${event.kind}: ${event.id}`);
  }

  /** The events tell how often each VM came into each state and left it: that must lead to the state it is in. */
  private eventFaults(): string[] {
    const flow = new Map<string, number>();
    const add = (vmId: string, state: VmState | undefined, change: number) => {
      const place = `${vmId} ${state ?? 'unknown'}`;
      flow.set(place, (flow.get(place) ?? 0) + change);
    };
    for (const { vmId, from, to } of this.events) {
      add(vmId, from, -1);
      add(vmId, to, 1);
    }
    for (const { vm, state } of this.vms) {
      add(vm.id, state, -1);
      add(vm.id, undefined, 1);
    }
    const wrong = [...flow].filter(([, count]) => count !== 0);
    return wrong.map(([place, count]) => `the events leave ${place} at ${String(count)} instead of 0`);
  }
}

/** @returns the sentences that are true */
function sentences(are: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(are).filter((sentence) => are[sentence]);
}

function text(lease: Lease | undefined): string {
  return lease === undefined ? 'no lease' : JSON.stringify(lease);
}
