/**
 * The inventory as its authors write it. Reading, the JSON Schema for editors and the faults that authors see come from
 * this one definition; `rules.ts` has what no field can say alone.
 */
import { isIPv4, isIPv6 } from 'node:net';
import * as v from 'valibot';
import { CHECKS, DEFAULT_POOL, RESETS } from '../../pool/pool.ts';
import { HOST_KEY, HOST_KEY_RULE, isHostKey } from './host-key.ts';

/** How a holder logs in to real VMs. */
const ACCESSES = ['certificate', 'stored-key'] as const;

const LONGEST_MINUTES = 365 * 24 * 60;
const LONGEST_CHECK_SEC = 20;

const POOL_RULE = 'must be the name of a pool: 1 to 64 characters of A-Z a-z 0-9 . _ -';
const ADDRESS_RULE = 'must be an IPv4 or IPv6 address or a DNS name';
const STORED_KEY_RULE =
  'must be where the login key is: "ssm:" and a parameter, or "secretsmanager:" and the name or ARN of a secret';

const minutes = wholeNumber(1, LONGEST_MINUTES);
const comment = described(v.string('must be text'), 'For people; the service does not read it.');
/** The name of a pool. */
export const poolName = text(/^[A-Za-z0-9._-]{1,64}$/, POOL_RULE);

const poolEntry = entry(
  {
    $comment: v.optional(comment),
    description: v.optional(
      described(
        text(/^[ -~\u00a0-\uffff]{1,200}$/, 'must be 1 to 200 characters on one line'),
        'What borrowers read about the pool in GET /pool.',
      ),
    ),
    aliases: v.optional(described(list(poolName, 0, 20, 'pool names'), 'Further names that getvm takes for the pool.')),
    access: described(
      choice(ACCESSES),
      'How holders log in. certificate: for minutes, to a VM that is enrolled. stored-key: with a key that still ' +
        'opens the VM after the lease.',
    ),
    check: described(
      choice(CHECKS),
      'What a VM must pass before its next user. banner: an SSH server answers. host-key: it has a host key of ' +
        'hostKeys. command: the cleaner on the VM says that all is well.',
    ),
    reset: described(
      choice(RESETS),
      'What makes a VM clean between two users. none: the next user sees what the last one left. command: the ' +
        'cleaner on the VM, which is a check as well.',
    ),
    leaseDefaultMinutes: v.optional(described(minutes, 'Length of a lease whose request names none.')),
    leaseMaxMinutes: v.optional(described(minutes, 'Longest lease, renewals included.')),
    checkTimeoutSeconds: v.optional(
      described(
        wholeNumber(1, LONGEST_CHECK_SEC),
        'Longest that a reset and its check may take. By default 20 with a command, else CHECK_TIMEOUT_SECONDS.',
      ),
    ),
    portForwarding: v.optional(
      described(v.boolean('must be true or false'), 'Whether certificates permit port forwarding. By default not.'),
    ),
  },
  'must be a pool: an object with access, check and reset',
);

const vmEntry = entry(
  {
    $comment: v.optional(comment),
    id: described(
      text(/^[A-Za-z0-9._-]{1,128}$/, 'must be the id of a VM: 1 to 128 characters of A-Z a-z 0-9 . _ -'),
      'Names the VM for good. Never give it to another machine: certificates are made for it.',
    ),
    pool: v.optional(described(poolName, 'Name of the pool that the VM belongs to.'), DEFAULT_POOL),
    address: described(
      v.pipe(text(/^[A-Za-z0-9.:_-]{1,253}$/, ADDRESS_RULE), v.check(isAddress, ADDRESS_RULE)),
      'Where the SSH server of the VM is, for borrowers and for the service.',
    ),
    port: v.optional(described(wholeNumber(1, 65_535), 'TCP port of the SSH server.'), 22),
    username: described(
      text(/^[A-Za-z_][A-Za-z0-9._-]{0,31}$/, 'must be a login name: 1 to 32 characters of A-Z a-z 0-9 . _ -'),
      'Login name of the borrowers.',
    ),
    hostKeys: described(
      list(v.pipe(text(HOST_KEY, HOST_KEY_RULE), v.check(isHostKey, HOST_KEY_RULE)), 1, 10, 'public host keys'),
      'Public host keys of the VM: ssh-keyscan ADDRESS shows them, cat /etc/ssh/ssh_host_*_key.pub on the VM too.',
    ),
    storedKey: v.optional(
      described(
        text(/^(ssm:[A-Za-z0-9_./:-]{1,1100}|secretsmanager:[A-Za-z0-9/_+=.@:!-]{1,600})$/, STORED_KEY_RULE),
        'Where the login key is, for a pool with access stored-key.',
      ),
    ),
  },
  'must be a VM: an object with id, address, username and hostKeys',
);

/** The whole inventory. */
export const inventoryDocument = entry(
  {
    $schema: v.optional(described(v.string('must be text'), 'For editors; the service does not read it.')),
    $comment: v.optional(comment),
    pools: described(
      v.record(poolName, poolEntry, 'must be an object with a pool for each name'),
      'How the VMs are lent, by the name of their pool.',
    ),
    vms: described(v.array(vmEntry, 'must be a list of VMs'), 'All VMs.'),
  },
  'must be an object with pools and vms',
);

/** The inventory, with its defaults filled in. */
export type InventoryDocument = v.InferOutput<typeof inventoryDocument>;

/** One VM of the inventory. */
export type VmEntry = InventoryDocument['vms'][number];

/** One pool of the inventory. */
export type PoolEntry = InventoryDocument['pools'][string];

/** An object that has no other fields. A fault names what a missing field must be, or the fields that there are. */
function entry<const Entries extends v.ObjectEntries>(entries: Entries, rule: string) {
  const names = Object.keys(entries);
  const unknown = `is not a field here; the fields are ${names.join(', ')}`;
  return v.objectWithRest(entries, v.never(unknown), ({ received, path }) => {
    const name = path?.at(-1)?.key;
    if (received !== 'undefined' || typeof name !== 'string') return rule;
    return `is missing; it ${ruleOf(entries[name])}`;
  });
}

function ruleOf(schema: v.ObjectEntries[string] | undefined): string {
  const { message } = (schema ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : 'must be there';
}

function described<Schema extends v.GenericSchema>(schema: Schema, description: string) {
  return v.pipe(schema, v.description(description));
}

function text(pattern: RegExp, rule: string) {
  return v.pipe(v.string(rule), v.regex(pattern, rule));
}

function choice<const Choices extends readonly string[]>(choices: Choices) {
  return v.picklist(choices, `must be one of ${choices.map((each) => `"${each}"`).join(', ')}`);
}

function wholeNumber(min: number, max: number) {
  const rule = `must be a whole number from ${min} to ${max}`;
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(min, rule), v.maxValue(max, rule));
}

function list<Item extends v.GenericSchema>(item: Item, min: number, max: number, what: string) {
  const rule = `must be a list of ${min} to ${max} ${what}`;
  return v.pipe(v.array(item, rule), v.minLength(min, rule), v.maxLength(max, rule));
}

/** A DNS name may have an underscore, as names in private zones do; one that ends like IPv4 must be IPv4. */
function isAddress(address: string): boolean {
  // Not `isIP`: Node takes milliseconds to get ready for IPv6.
  if (address.includes(':') ? isIPv6(address) : isIPv4(address)) return true;
  const labels = address.replace(/\.$/, '').split('.');
  const isLabel = (label: string) => /^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/.test(label);
  return labels.every(isLabel) && !/^\d+$/.test(labels.at(-1) ?? '');
}
