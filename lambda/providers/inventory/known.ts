import { emptiedPools } from '../../pool/inventory.ts';
import type { Inventory } from '../../pool/provider.ts';
import type { Vm } from '../../pool/vm.ts';
import type { LentVms, PoolDefaults } from './lent-vms.ts';
import { lentVms } from './lent-vms.ts';
import type { InventorySource, ReadDocument } from './source.ts';

/** What finds the VMs of the pools that list none. */
export interface Search {
  /** What it found last, another list each time; nothing before its first search. */
  readonly found: () => readonly Vm[] | undefined;
  /** Names a document together with what was found for it, so that an operator can confirm both. */
  readonly nameOf: (documentSha256: string, found: readonly Vm[]) => string;
}

/** What the settings say, and what was found beside the inventory. */
export interface KnownOptions {
  readonly defaults: PoolDefaults;
  /** Names an inventory that may remove more than half of a pool. */
  readonly confirmedInventory: string | undefined;
  /** Undefined: the inventory lists all VMs. */
  readonly search?: Search | undefined;
}

const NONE: readonly Vm[] = [];

/** The newest inventory that was read, and the one that holds: the newest that needs no confirmation, or has it. */
export class KnownInventory {
  /** Made anew for each inventory that is read. */
  private read: { readonly of: ReadDocument; readonly vms: LentVms } | undefined;
  private held: LentVms | undefined;
  /** What was compared last. */
  private judged: { readonly next: LentVms; readonly found: readonly Vm[] } | undefined;

  constructor(
    private readonly source: InventorySource,
    private readonly options: KnownOptions,
  ) {}

  /** The newest one, confirmed or not. Undefined: none could be used yet. */
  newest(): LentVms | undefined {
    const { current } = this.source;
    if (current !== undefined && this.read?.of !== current) {
      this.read = { of: current, vms: lentVms(current.document, this.options.defaults) };
    }
    return this.read?.vms;
  }

  /** An inventory that would remove most of a pool changes nothing before it is confirmed, as in the store. */
  holding(): LentVms | undefined {
    const next = this.newest();
    if (next !== undefined && next !== this.held) this.judge(next, this.found());
    return this.held;
  }

  /** Whether an operator has confirmed the newest one, and how they would. */
  confirmation(): Pick<Inventory, 'isConfirmed' | 'confirmation'> {
    const name = this.name();
    return {
      isConfirmed: name !== undefined && name === this.options.confirmedInventory,
      confirmation: `set confirmed_inventory (CONFIRMED_INVENTORY) to ${name}`,
    };
  }

  /** Those of the pools that are found by a search, by the newest inventory. */
  foundNow(): readonly Vm[] {
    return foundIn(this.newest(), this.found());
  }

  private found(): readonly Vm[] {
    return this.options.search?.found() ?? NONE;
  }

  private name(): string | undefined {
    if (this.newest() === undefined || this.read === undefined) return undefined;
    const { sha256 } = this.read.of;
    return this.options.search?.nameOf(sha256, this.foundNow()) ?? sha256;
  }

  private judge(next: LentVms, found: readonly Vm[]): void {
    if (this.judged?.next === next && this.judged.found === found) return;
    this.judged = { next, found };
    const { held } = this;
    if (held === undefined || keepsMost(held, next, found) || this.confirmation().isConfirmed) this.held = next;
  }
}

function keepsMost(held: LentVms, next: LentVms, found: readonly Vm[]): boolean {
  const wanted = new Map([...next.vms, ...foundIn(next, found)].map((vm) => [vm.id, vm]));
  return emptiedPools([...held.vms, ...foundIn(held, found)], wanted) === undefined;
}

function foundIn(inventory: LentVms | undefined, found: readonly Vm[]): readonly Vm[] {
  return found.filter(({ pool }) => inventory?.pools.get(pool)?.ec2 !== undefined);
}
