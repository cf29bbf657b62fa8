import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import type { ListedTarget, Target } from './options.ts';
import { isId, isLogin, OptionsError } from './options.ts';

/** Stands for the id of the EC2 instance that runs the script. */
const THIS_INSTANCE = '@instance';

/** A VM to enroll. */
export interface EnrolledVm {
  readonly id: string;
  /** The user that borrowers log in as. */
  readonly login: string;
  /** Host keys that the inventory has for it, `TYPE BASE64`. */
  readonly hostKeys: readonly string[];
}

const NO_VM = 'lists no VM; for EC2 instances add --pool NAME';
const LOGIN_RULE = 'it must be a user of lower-case letters, digits, _ and -, not root';

/** The part of an inventory that matters here; `npm run inventory:check` looks at all of it. */
const inventory = v.object({
  pools: v.optional(
    v.record(
      v.string(),
      v.object({ access: v.optional(v.string()), ec2: v.optional(v.object({ username: v.string() })) }),
    ),
    {},
  ),
  vms: v.optional(
    v.array(
      v.object({
        id: v.pipe(v.string(), v.check(isId, 'must be 1 to 128 of A-Z a-z 0-9 . _ -')),
        pool: v.optional(v.string(), 'default'),
        username: v.string(),
        hostKeys: v.optional(v.array(v.string()), []),
      }),
    ),
    [],
  ),
});

type Inventory = v.InferOutput<typeof inventory>;

/**
 * The VMs that can be enrolled: those of pools whose access is by certificate.
 *
 * @throws {@link OptionsError} when the inventory can't be used, or has no such VM
 */
export function vmsOf(target: Target): EnrolledVm[] {
  if ('id' in target) return [{ ...target, hostKeys: [] }];
  const { pools, vms } = parsed(target.inventory);
  if (target.pool !== undefined) return [anyInstance(target, target.pool, pools[target.pool])];
  const named = vms.filter(({ id }) => target.vm === undefined || id === target.vm);
  const takesCertificates = (pool: string) => (pools[pool]?.access ?? 'certificate') === 'certificate';
  const chosen = named.filter(({ pool }) => takesCertificates(pool));
  if (named.length === 0) throw fault(target, target.vm === undefined ? NO_VM : noSuchVm(target.vm, pools));
  if (chosen.length === 0) throw fault(target, 'has these VMs only in pools with stored keys, which are not enrolled');
  const others = chosen.filter(({ username }) => !isLogin(username)).map(({ id }) => id);
  if (others.length > 0)
    throw fault(target, `names a username for ${others.join(', ')} that no cleaner may have: ${LOGIN_RULE}`);
  return chosen.map(({ id, username, hostKeys }) => ({ id, login: username, hostKeys: hostKeys.map(withoutComment) }));
}

/** EC2 instances are not in the list, and their ids are known to people from what the service says of them. */
function noSuchVm(id: string, pools: Inventory['pools']): string {
  const hasEc2 = Object.values(pools).some(({ ec2 }) => ec2 !== undefined);
  return `has no VM ${id}${hasEc2 ? '; for an EC2 instance take --pool NAME in place of --vm' : ''}`;
}

/** Each instance of an EC2 pool. */
function anyInstance(target: ListedTarget, name: string, pool: Inventory['pools'][string] | undefined): EnrolledVm {
  if (pool?.ec2 === undefined) throw fault(target, `has no pool ${name} with a section ec2`);
  if (pool.access !== 'certificate')
    throw fault(target, `lets nobody into ${name} by certificate, so nothing has to be enrolled there`);
  const login = target.login ?? pool.ec2.username;
  if (!isLogin(login)) throw fault(target, `names a username for ${name} that no cleaner may have: ${LOGIN_RULE}`);
  return { id: THIS_INSTANCE, login, hostKeys: [] };
}

function parsed(file: string): Inventory {
  const { success, output, issues } = v.safeParse(inventory, json(file));
  if (success) return output;
  throw new OptionsError(issues.map((issue) => `${file}: ${v.getDotPath(issue) ?? 'the document'}: ${issue.message}`));
}

function json(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new OptionsError([`--inventory ${file} can't be read: ${(error as Error).message}`]);
  }
}

function fault(target: { readonly inventory: string }, what: string): OptionsError {
  return new OptionsError([`--inventory ${target.inventory} ${what}`]);
}

/** `TYPE BASE64`, of characters that a shell script may hold. */
function withoutComment(hostKey: string): string {
  return /^[a-z0-9@.-]+ [A-Za-z0-9+/=]+/.exec(hostKey)?.[0] ?? '';
}
