import { writeHost, writeWhole } from '../../login/renewing-config.ts';
import type { Session } from '../../login/session.ts';
import { heldSession } from '../../login/session.ts';
import { holderOf, whyNoSsh } from '../sessions/holder.ts';
import type { RenewingOptions } from '../sessions/renewing.ts';
import { renewingOf } from '../sessions/renewing.ts';
import type { Run } from '../verb.ts';

type Options = Omit<RenewingOptions, 'alias'> & { readonly list?: true; readonly host?: string };

/** Own files, beside those of `vm-pool ssh-config`, which may name another key. */
const ALIAS = 'vm-pool-inventory';

/**
 * Ansible's dynamic inventory: the VM that is held, in a group for its pool.
 *
 * @see https://docs.ansible.com/ansible/latest/dev_guide/developing_inventory.html#inventory-scripts
 */
export const run: Run<Options> = async (context, { options }) => {
  const config = renewingOf(context, { ...options, alias: ALIAS });
  const session = await heldSession(await holderOf(context, options.identity));
  const whyNot = session && whyNoSsh(session);
  if (session === undefined) context.output.note('you hold no VM, so the inventory is empty; borrow one: vm-pool get');
  else if (whyNot !== undefined) context.output.note(`${whyNot}, so the inventory is empty`);
  const isUsable = session !== undefined && whyNot === undefined;
  if (isUsable) await writeHost(config, session);
  const hosts = isUsable ? { [session.vm.id]: variablesOf(session, await writeWhole(config)) } : {};
  context.output.json(options.host === undefined ? inventoryOf(session, hosts) : (hosts[options.host] ?? {}));
  return undefined;
};

function inventoryOf(session: Session | undefined, hosts: Readonly<Record<string, object>>): object {
  const _meta = { hostvars: hosts };
  const ids = Object.keys(hosts);
  return session === undefined || ids.length === 0 ? { _meta } : { [groupOf(session.vm.pool)]: { hosts: ids }, _meta };
}

/** Names of groups are letters, digits and underscores; `all` is taken. */
function groupOf(pool: string): string {
  return `pool_${pool.replace(/[^A-Za-z0-9_]/g, '_')}`;
}

function variablesOf({ vm, lease }: Session, sshConfig: string): object {
  return {
    ansible_host: `${ALIAS}-${vm.id}`,
    ansible_user: vm.username,
    ansible_ssh_common_args: `-F '${sshConfig}'`,
    vm_pool_lease: lease.id,
    vm_pool_expires_at: lease.expiresAt,
  };
}
