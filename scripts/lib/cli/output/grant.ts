import type { Held, Vm } from '../../../../lambda/client/routes.ts';
import type { Style } from './output.ts';
import { facts } from './table.ts';
import { timeWithDistance } from './times.ts';

/** A lease and its VM, without its key: `vm-pool ssh` uses that. */
export function grantText({ vm, lease }: Held, style: Style, nowMs: number): string {
  const shown = {
    VM: style.bold(vm.id),
    Pool: vm.pool,
    State: stateText(vm, style),
    Address: addressText(vm),
    'Key taken': vm.keyAcceptedUntil && `for new sessions until ${timeWithDistance(vm.keyAcceptedUntil, nowMs)}`,
    Holder: lease.userid,
    Lease: lease.id,
    Until: timeWithDistance(lease.expiresAt, nowMs),
  };
  return `${facts(shown, style)}\n\n${facts(nextCommands(vm), style)}`;
}

/** Nothing for a VM that is ready: mostly it is. */
function stateText({ status, statusReason }: Vm, { red, yellow }: Style): string | undefined {
  const why = statusReason === undefined ? '' : `: ${statusReason}`;
  if (status === 'starting') return `${yellow('being started')}${why}`;
  return status === 'gone' ? `${red('gone')}${why}` : undefined;
}

function addressText({ id, ip, port, username, login, region = '' }: Vm): string {
  if (login === 'session-manager') return `${id} in ${region}, by AWS Session Manager`;
  return `${username}@${ip}${port === 22 ? '' : ` port ${port}`}`;
}

/** The next commands. A mock VM has no `login`: nobody can log in to it. */
function nextCommands({ login, status }: Vm): Record<string, string> {
  const giveBack = { 'Give it back:': 'vm-pool release' };
  if (status === 'gone') return { ...giveBack, 'Borrow another:': 'vm-pool get' };
  if (status === 'starting') return { 'Log in when it is ready:': 'vm-pool ssh', ...giveBack };
  if (login === undefined) return { 'Log in:': 'not possible: it is a mock VM', ...giveBack };
  return { 'Log in:': 'vm-pool ssh', ...giveBack };
}
