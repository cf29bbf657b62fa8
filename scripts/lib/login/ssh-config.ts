import type { Vm } from '../../../lambda/client/routes.ts';
import { LoginFault } from './fault.ts';

/** Files with which ssh reaches a VM. */
export interface LoginFiles {
  /** Configuration for `ssh -F`: the VM is `vm-pool` there, and `vm-pool-ID`. */
  readonly sshConfig: string;
  readonly knownHosts: string;
  /** Private key. */
  readonly key?: string | undefined;
  /** Absent where the key alone opens the VM. */
  readonly certificate?: string | undefined;
}

/** Name of the VM in each configuration that is written here. */
export const ALIAS = 'vm-pool';

/** What a value of the API may be in a line of a configuration: nothing that could begin another line. */
const SOUND = {
  id: /^[A-Za-z0-9._-]{1,128}$/,
  ip: /^[A-Za-z0-9_][A-Za-z0-9.:_-]{0,252}$|^::[A-Fa-f0-9.:]*$/,
  username: /^[A-Za-z_][A-Za-z0-9._-]{0,31}$/,
} as const;

/** Where the own settings of a user lie. */
const OWN_SETTINGS = ['~/.ssh/config', '/etc/ssh/ssh_config'];

/**
 * The block `Host` by which ssh reaches a VM.
 *
 * @param alias - what stands behind `ssh`; `ALIAS-ID` reaches the VM too
 * @throws Error when the service names something that can't stand there
 */
export function hostBlock(alias: string, vm: Vm, files: Omit<LoginFiles, 'sshConfig'>): string {
  for (const [name, rule] of Object.entries(SOUND)) {
    const value = vm[name as keyof typeof SOUND];
    if (!rule.test(value))
      throw new LoginFault(`the service answers the ${name} ${JSON.stringify(value)}, which is unsound`);
  }
  const settings = [
    `HostName ${vm.ip}`,
    `Port ${vm.port}`,
    `User ${vm.username}`,
    ...(files.key === undefined ? [] : [`IdentityFile ${quotedPath(files.key)}`]),
    ...(files.certificate === undefined ? [] : [`CertificateFile ${quotedPath(files.certificate)}`]),
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${quotedPath(files.knownHosts)}`,
    'GlobalKnownHostsFile none',
    'StrictHostKeyChecking yes',
    'UpdateHostKeys no',
    ...(vm.keyAcceptedUntil === undefined ? [] : [takenUntilLine(vm.keyAcceptedUntil)]),
  ];
  return [`Host ${alias} ${alias}-${vm.id}`, ...settings.map((setting) => `  ${setting}`), ''].join('\n');
}

/** Says until when the VM takes the key for new sessions. @throws LoginFault for what is not a time */
function takenUntilLine(time: string): string {
  const atMs = Date.parse(time);
  if (Number.isNaN(atMs)) throw new LoginFault('the service answers an unsound time until which the key is taken');
  return `# The key is taken until ${new Date(atMs).toISOString()}`;
}

/** Whether a block says that the VM no longer takes the key. */
export function isKeyForgotten(block: string, nowMs: number): boolean {
  const [, until] = /# The key is taken until (\S+)/.exec(block) ?? [];
  return until !== undefined && Date.parse(until) <= nowMs;
}

/** A whole file for `ssh -F`: the VM, then the user's own settings. */
export function wholeConfig(vm: Vm, files: Omit<LoginFiles, 'sshConfig'>): string {
  return `# Written by vm-pool; gone when the VM is given back.\n${hostBlock(ALIAS, vm, files)}\n${ownSettings()}`;
}

/** Reads what `ssh -F` would leave out. The first value that ssh reads counts, so this stands last. */
export function ownSettings(): string {
  return ['Match all', `  Include ${OWN_SETTINGS.join(' ')}`, ''].join('\n');
}

/**
 * A path as ssh reads it. `%` begins a token there, but not for `Include`.
 *
 * @throws Error for characters that not every version of ssh can read
 * @see https://man.openbsd.org/ssh_config#TOKENS
 */
export function quotedPath(file: string, keyword?: 'Include'): string {
  // eslint-disable-next-line no-control-regex -- they would begin another line
  if (/["\\\x00-\x1f\x7f]|\$\{/.test(file)) throw new LoginFault(`ssh can't read the path ${JSON.stringify(file)}`);
  return `"${keyword === 'Include' ? file : file.replaceAll('%', '%%')}"`;
}
