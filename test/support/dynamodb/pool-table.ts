import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { PoolEvent } from '../../../lambda/pool/event.ts';
import type { Lease } from '../../../lambda/pool/lease.ts';
import { hasEnded, keyForgottenAtSec } from '../../../lambda/pool/lease.ts';
import type { Vm, VmState } from '../../../lambda/pool/vm.ts';
import { VM_STATES } from '../../../lambda/pool/vm.ts';
import { eventOf } from '../../../lambda/store/dynamodb/events.ts';
import type { EventItem, FreeItem, Item, KeyItem, UserItem, VmItem } from '../../../lambda/store/dynamodb/items.ts';
import { freePartition, isKeyItem, keys } from '../../../lambda/store/dynamodb/items.ts';
import { allItems } from './database.ts';

/** The items of a table, and the invariants that they break. */
export class PoolTable {
  readonly vms: readonly VmItem[];
  readonly events: readonly PoolEvent[];
  private readonly free: readonly FreeItem[];
  private readonly users: readonly UserItem[];
  private readonly idempotencyKeys: readonly KeyItem[];

  private constructor(items: readonly Item[]) {
    this.vms = items.filter(isVm);
    this.events = items.filter(isEvent).map(eventOf);
    this.free = items.filter(isFree);
    this.users = items.filter(isUser);
    this.idempotencyKeys = items.filter(isKeyItem);
  }

  static async read(client: DynamoDBClient, tableName: string): Promise<PoolTable> {
    return new PoolTable(await allItems(client, tableName));
  }

  /** The live lease of one user, read without a store. */
  static async leaseOf(
    client: DynamoDBClient,
    TableName: string,
    userId: string,
    nowSec: number,
  ): Promise<Lease | undefined> {
    const command = new GetItemCommand({ TableName, Key: marshall(keys.user(userId)), ConsistentRead: true });
    const { Item: item } = await client.send(command);
    const lease = item && (unmarshall(item) as UserItem).lease;
    return lease === undefined || hasEnded(lease, nowSec) ? undefined : lease;
  }

  /** The live lease of each user that has one. */
  leases(nowSec: number): Map<string, Lease> {
    const live = this.users.map(({ lease }) => lease).filter((lease) => !hasEnded(lease, nowSec));
    return new Map(live.map((lease) => [lease.userId, lease]));
  }

  /**
   * Checks the invariants 1 to 5 of the design: a VM has at most one lease, a user has at most one, a VM has one state,
   * nothing is lost, and a lease grants nothing after its end.
   *
   * @returns a sentence for each violation
   */
  faults(inventory: readonly Vm[], nowSec: number): string[] {
    const leases = this.leases(nowSec);
    return [
      ...this.lostVms(inventory),
      ...this.vms.flatMap((vm) => [...this.offerFaults(vm), ...vmFaults(vm, leases, nowSec)]),
      ...this.offersOfUnknownVms(),
      ...[...leases.values()].flatMap((lease) => [...this.holderFaults(lease), ...this.keyFaults(lease)]),
      ...this.vms.flatMap((vm) => this.historyFaults(vm)),
    ];
  }

  private lostVms(inventory: readonly Vm[]): string[] {
    const known = new Set(this.vms.map(({ vm }) => vm.id));
    return inventory.filter(({ id }) => !known.has(id)).map(({ id }) => `${id} is lost`);
  }

  /** A free VM has one offer, which names its version; other VMs have none. */
  private offerFaults({ vm, state, version, stopped }: VmItem): string[] {
    const offers = this.free.filter((offer) => offer.vm.id === vm.id);
    const faults: string[] = [];
    if (offers.length !== (state === 'free' ? 1 : 0))
      faults.push(`${vm.id} is ${state} and has ${offers.length} offers`);
    const partition = freePartition(vm.pool, stopped);
    if (offers.some(({ pk }) => pk !== partition)) faults.push(`${vm.id} is not offered in ${partition}`);
    if (offers.some((offer) => offer.version !== version)) faults.push(`${vm.id} is offered in another version`);
    return faults;
  }

  private offersOfUnknownVms(): string[] {
    const known = new Set(this.vms.map(({ vm }) => vm.id));
    return this.free.filter(({ vm }) => !known.has(vm.id)).map(({ vm }) => `${vm.id} is offered but not known`);
  }

  /** Only the VM that a user's lease names holds this lease. */
  private holderFaults({ id, userId, vmId }: Lease): string[] {
    const holders = this.vms.filter(({ lease }) => lease?.id === id).map(({ vm }) => vm.id);
    return holders.join() === vmId
      ? []
      : [`${userId} has ${id} of ${vmId}, but it is with ${holders.join() || 'no VM'}`];
  }

  private keyFaults(lease: Lease): string[] {
    const { id, userId, idempotency } = lease;
    if (idempotency === undefined) return [];
    const { pk, sk } = keys.idempotency(userId, idempotency.key);
    const key = this.idempotencyKeys.find((item) => item.pk === pk && item.sk === sk);
    if (key?.leaseId !== id) return [`the key of lease ${id} is lost`];
    return key.ttl === keyForgottenAtSec(lease) ? [] : [`the key of lease ${id} is forgotten at another time`];
  }

  /** Each event of a VM starts from the state that the one before left; the last one left the state of now. */
  private historyFaults({ vm, state }: VmItem): string[] {
    const events = this.events.filter(({ vmId }) => vmId === vm.id).sort((one, other) => (one.id < other.id ? -1 : 1));
    const steps = [
      ...events.map(({ from, kind, id }) => ({ from, what: `${kind} ${id}` })),
      { from: state, what: 'now' },
    ];
    const before: (VmState | undefined)[] = [undefined, ...events.map(({ to }) => to)];
    return steps.flatMap(({ from, what }, place) => {
      const left = before[place];
      return from === left
        ? []
        : [`${vm.id} was left ${left ?? 'unknown'}, but was ${from ?? 'unknown'} next: ${what}`];
    });
  }
}

/** A VM holds a lease exactly while it is leased, and its user holds the same one. */
function vmFaults({ vm, state, lease }: VmItem, leases: ReadonlyMap<string, Lease>, nowSec: number): string[] {
  const faults: string[] = [];
  if (!VM_STATES.includes(state)) faults.push(`${vm.id} is in the unknown state ${state}`);
  if ((lease !== undefined) !== (state === 'leased')) faults.push(`${vm.id} is ${state} with ${textOf(lease)}`);
  if (lease === undefined || hasEnded(lease, nowSec)) return faults;
  const known = leases.get(lease.userId);
  if (!isDeepStrictEqual(known, lease)) faults.push(`${vm.id} has ${textOf(lease)}, its user ${textOf(known)}`);
  return faults;
}

function textOf(lease: Lease | undefined): string {
  return lease === undefined ? 'no lease' : JSON.stringify(lease);
}

function isVm(item: Item): item is VmItem {
  return item.sk === 'VM';
}

function isEvent(item: Item): item is EventItem {
  return item.sk.startsWith('EVENT#');
}

function isFree(item: Item): item is FreeItem {
  return [false, true].some((stopped) => item.pk.startsWith(freePartition('', stopped)));
}

function isUser(item: Item): item is UserItem {
  return item.sk === 'LEASE';
}
