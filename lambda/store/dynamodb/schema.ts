/** How an index of the table is read, and what of an item it repeats. */
export interface IndexSchema {
  readonly hash: string;
  readonly range: string;
  /** Attributes that the index has besides its keys and those of the table; `ALL`, every one. */
  readonly projected: 'ALL' | readonly string[];
}

/** Keys, indexes and time to live of a table. */
export interface TableSchema {
  readonly hash: string;
  readonly range: string;
  readonly indexes: Readonly<Record<string, IndexSchema>>;
  /** Types of all attributes that are a key of the table or of an index: string or number. */
  readonly keyTypes: Readonly<Record<string, 'S' | 'N'>>;
  /** Attribute with the time at which DynamoDB may delete an item, epoch seconds. */
  readonly timeToLive: string;
}

/**
 * The table of the leases, declared once: the local table is made from this, and a test compares the table of
 * `terraform/modules/dynamodb` with it.
 */
export const TABLE_SCHEMA = {
  hash: 'pk',
  range: 'sk',
  indexes: {
    /** VMs by pool and state, then by the time at which they are due. */
    work: { hash: 'work', range: 'dueAtSec', projected: [] },
    /** All VMs by id. Nothing of it changes with a VM's state. */
    vms: { hash: 'listed', range: 'pk', projected: ['pool'] },
    /** Events of a user, by time. */
    'by-user': { hash: 'eventUser', range: 'sk', projected: 'ALL' },
  },
  keyTypes: { pk: 'S', sk: 'S', work: 'S', dueAtSec: 'N', listed: 'S', eventUser: 'S' },
  timeToLive: 'ttl',
} as const satisfies TableSchema;

/** Name of an index of the table. */
export type IndexName = keyof typeof TABLE_SCHEMA.indexes;
