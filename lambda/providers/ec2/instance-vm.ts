import * as v from 'valibot';
import type { Instance } from '../../aws/ec2.ts';
import type { Vm } from '../../pool/vm.ts';
import type { Ec2Pool } from '../inventory/ec2-pool.ts';
import { port as portField, username as usernameField } from '../inventory/fields.ts';
import type { Pool } from '../inventory/lent-vms.ts';
import { rootRule } from '../inventory/rules.ts';

/** Keys of the tags that make an instance a VM. */
export interface InstanceTags {
  /** Its value is the name of the pool. */
  readonly pool: string;
  /** Its value is the TCP port of the SSH server, if that is not the pool's. */
  readonly port: string;
  /** Its value is the login name of borrowers, if that is not the pool's. */
  readonly user: string;
}

/** The VM that an instance is, or a sentence that says why it can't be lent. */
export type InstanceVm = { readonly vm: Vm } | { readonly fault: string };

const portTag = v.pipe(v.string(), v.transform(portOf), portField);

/**
 * Makes a VM of an instance of a pool. Its id is that of the instance, for good.
 *
 * While an instance does not run, AWS takes its public address away: until it runs its VM has the private one.
 */
export function vmOf(instance: Instance, pool: Pool, tags: InstanceTags): InstanceVm {
  const { id } = instance;
  if (pool.ec2 === undefined)
    return { fault: `instance ${id}: the VMs of the pool ${pool.name} are not EC2 instances` };
  const port = tagged(instance, tags.port, portTag, pool.ec2.port);
  const username = userOf(instance, pool, tags.user, pool.ec2.username);
  const ip = addressOf(instance, pool.ec2.address);
  const faults = [port, username, ip].flatMap((each) => ('rule' in each ? [each.rule] : []));
  if ('rule' in port || 'rule' in username || 'rule' in ip)
    return { fault: `instance ${id}: ${faults.join(', and ')}` };
  return { vm: { id, pool: pool.name, ip: ip.value, port: port.value, username: username.value } };
}

type Read<Value> = { readonly value: Value } | { readonly rule: string };

/** What a tag says; what the pool says where an instance does not have the tag. */
function tagged<Value>(
  { tags }: Instance,
  key: string,
  schema: v.GenericSchema<unknown, Value>,
  otherwise: Value,
): Read<Value> {
  const text = Object.hasOwn(tags, key) ? tags[key] : undefined;
  if (text === undefined) return { value: otherwise };
  const { success, output, issues } = v.safeParse(schema, text);
  return success ? { value: output } : { rule: `its tag ${key} ${issues[0].message}` };
}

function userOf(instance: Instance, pool: Pool, key: string, otherwise: string): Read<string> {
  const user = tagged(instance, key, usernameField, otherwise);
  const rule = 'value' in user ? rootRule(user.value, pool) : undefined;
  return rule === undefined ? user : { rule: `its tag ${key} ${rule}` };
}

/** Not a number if it is not written in plain digits, such as `0x16`. */
function portOf(text: string): number {
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : NaN;
}

const ADDRESSES = {
  'private-ip': 'privateIp',
  'public-ip': 'publicIp',
  'private-dns': 'privateDns',
  'public-dns': 'publicDns',
} as const satisfies Record<Ec2Pool['address'], keyof Instance>;

function addressOf(instance: Instance, wish: Ec2Pool['address']): Read<string> {
  const address = instance[ADDRESSES[wish]] ?? (instance.state === 'running' ? undefined : instance.privateIp);
  return address === undefined ? { rule: `it has no ${wish}, which its pool asks for` } : { value: address };
}
