/**
 * The inventory as its authors write it. Reading, the JSON Schema for editors and the faults that authors see come from
 * this one definition; `rules.ts` has what no field can say alone.
 */
import { isIPv4, isIPv6 } from 'node:net';
import * as v from 'valibot';
import { CHECKS, DEFAULT_POOL, RESETS } from '../../pool/pool.ts';
import { ec2Pool } from './ec2-pool.ts';
import { choice, described, entry, hostKeys, list, port, text, username, wholeNumber } from './fields.ts';

/** How a holder logs in to real VMs. */
const ACCESSES = ['certificate', 'stored-key', 'instance-connect', 'session-manager'] as const;

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
        'opens the VM after the lease. instance-connect: EC2 Instance Connect takes their own key for a minute. ' +
        'session-manager: a session of AWS Systems Manager, for instances without an open port.',
    ),
    check: described(
      choice(CHECKS),
      'What a VM must pass before its next user. banner: an SSH server answers. host-key: it has a host key of ' +
        'hostKeys. command: the cleaner on the VM says that all is well.',
    ),
    reset: described(
      choice(RESETS),
      'What makes a VM clean between two users. none: the next user sees what the last one left. command: the ' +
        'cleaner on the VM, which is a check as well. reboot: the cleaner, and the instance is rebooted. ' +
        'replace-root-volume: the instance gets a fresh root volume.',
    ),
    ec2: v.optional(described(ec2Pool, 'Which EC2 instances are the VMs of the pool. Only with vm_provider "ec2".')),
    leaseDefaultMinutes: v.optional(described(minutes, 'Length of a lease whose request names none.')),
    leaseMaxMinutes: v.optional(described(minutes, 'Longest lease, renewals included.')),
    checkTimeoutSeconds: v.optional(
      described(
        wholeNumber(1, LONGEST_CHECK_SEC),
        'Longest that a reset and its check may take. By default 20 with a command or EC2, else CHECK_TIMEOUT_SECONDS.',
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
    port: v.optional(described(port, 'TCP port of the SSH server.'), 22),
    username: described(username, 'Login name of the borrowers.'),
    hostKeys: described(
      hostKeys,
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
    vms: v.optional(described(v.array(vmEntry, 'must be a list of VMs'), 'All VMs but those of EC2 pools.'), []),
  },
  'must be an object with pools and vms',
);

/** The inventory, with its defaults filled in. */
export type InventoryDocument = v.InferOutput<typeof inventoryDocument>;

/** One VM of the inventory. */
export type VmEntry = InventoryDocument['vms'][number];

/** One pool of the inventory. */
export type PoolEntry = InventoryDocument['pools'][string];

/** A DNS name may have an underscore, as names in private zones do; one that ends like IPv4 must be IPv4. */
function isAddress(address: string): boolean {
  // Not `isIP`: Node takes milliseconds to get ready for IPv6.
  if (address.includes(':') ? isIPv6(address) : isIPv4(address)) return true;
  const labels = address.replace(/\.$/, '').split('.');
  const isLabel = (label: string) => /^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/.test(label);
  return labels.every(isLabel) && !/^\d+$/.test(labels.at(-1) ?? '');
}
