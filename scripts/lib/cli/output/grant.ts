import type { Grant } from '../../../../lambda/client/routes.ts';
import type { Style } from './output.ts';
import { facts } from './table.ts';
import { timeWithDistance } from './times.ts';

/** A lease and its VM, without its key: `vm-pool ssh` uses that. */
export function grantText({ vm, lease }: Pick<Grant, 'vm' | 'lease'>, style: Style, nowMs: number): string {
  const shown = {
    VM: style.bold(vm.id),
    Pool: vm.pool,
    Address: `${vm.username}@${vm.ip}${vm.port === 22 ? '' : ` port ${vm.port}`}`,
    Holder: lease.userid,
    Lease: lease.id,
    Until: timeWithDistance(lease.expiresAt, nowMs),
  };
  return `${facts(shown, style)}\n\n${facts(nextCommands(vm), style)}`;
}

/** The next commands. A mock VM has no `login`: nobody can log in to it. */
function nextCommands({ login }: Grant['vm']): Record<string, string> {
  const giveBack = { 'Give it back:': 'vm-pool release' };
  if (login === undefined) return { 'Log in:': 'not possible: it is a mock VM', ...giveBack };
  return { 'Log in:': 'vm-pool ssh', ...giveBack };
}
