import { InvalidArgumentError } from 'commander';
import { BORROWING, FOR } from '../options.ts';
import type { Verb } from '../verb.ts';
import type { OptionDeclaration } from '../words.ts';

const IDENTITY: OptionDeclaration = {
  flags: '--identity <file>',
  summary: 'log in with this private key of yours; else a key pair is made for the lease',
};

/** Without short names: those are for ssh. */
const LONG_BORROWING = BORROWING.map((option) => ({ ...option, flags: option.flags.replace(/^-\w, /, '') }));

const LONG_FOR: OptionDeclaration = {
  ...FOR,
  flags: FOR.flags.replace(/^-\w, /, ''),
  summary: 'have each connection renew the lease to this length, such as 1h',
};

/** Verbs of somebody who uses a VM. */
export const USING_VERBS: readonly Verb[] = [
  {
    name: 'ssh',
    group: 'use',
    summary: 'log in to your VM, or run a command on it; borrows one if you hold none',
    details:
      'Login and lease are renewed while the session lasts. Options that are not listed here go to ssh; the ' +
      'command stands behind --. The exit code is that of ssh: 255 if ssh itself failed.',
    words: [{ name: '[words...]', summary: 'options of ssh' }],
    takes: 'ssh',
    options: [...LONG_BORROWING, IDENTITY, { flags: '--release', summary: 'give the VM back at the end' }],
    examples: [
      { line: 'vm-pool ssh', does: 'opens a shell on your VM' },
      { line: 'vm-pool ssh --pool gpu --wait 10m --release -- make test', does: 'borrows, runs, gives back' },
      { line: 'vm-pool ssh -L 8080:localhost:80 -N', does: 'forwards a port of this computer to the VM' },
    ],
    load: () => import('../verbs/ssh.ts'),
  },
  {
    name: 'with',
    group: 'use',
    summary: 'borrow a VM for one command on this computer, and give it back afterwards',
    details:
      'The command finds the VM in VM_ID, VM_POOL_NAME, VM_HOST, VM_PORT, VM_USER, VM_KEY_FILE, ' +
      'VM_CERTIFICATE_FILE, VM_KNOWN_HOSTS, VM_SSH_CONFIG, VM_LEASE_ID and VM_EXPIRES_AT. Signals go on to it. The ' +
      'VM is given back however it ends, and the exit code is that of the command.',
    takes: 'command',
    options: [...BORROWING, IDENTITY],
    examples: [
      { line: 'vm-pool with -- sh -c \'scp -F "$VM_SSH_CONFIG" app vm-pool:\'', does: 'copies a file to a fresh VM' },
      { line: 'vm-pool with --pool gpu --wait 30m -- ./system-test', does: 'runs a test that reads VM_HOST' },
    ],
    load: () => import('../verbs/with.ts'),
  },
  {
    name: 'ssh-config',
    group: 'use',
    summary: 'let ssh, scp, rsync and editors reach your VM as vm-pool',
    details:
      'Prints lines for ~/.ssh/config: before each connection they have vm-pool renew the login. Run it again when ' +
      'you use other settings.',
    options: [
      { flags: '--install', summary: 'write the lines, and include them in ~/.ssh/config' },
      { flags: '--alias <name>', summary: 'name of the VM for ssh', byDefault: 'vm-pool', parse: parseAlias },
      IDENTITY,
      LONG_FOR,
      { flags: '--refresh', summary: 'renew the login now, as ssh does before it connects' },
    ],
    examples: [
      { line: 'vm-pool ssh-config --install', does: 'from then on: scp app vm-pool: and rsync -a src vm-pool:' },
      { line: 'vm-pool ssh-config --alias lab --profile lab', does: 'prints lines for a second service' },
    ],
    load: () => import('../verbs/ssh-config.ts'),
  },
  {
    name: 'inventory',
    group: 'use',
    summary: 'print your VM as an inventory of Ansible',
    details: 'For a script that Ansible runs: #!/bin/sh, then exec vm-pool inventory "$@".',
    options: [
      { flags: '--list', summary: 'print all; the default' },
      { flags: '--host <name>', summary: 'print the variables of one host' },
      IDENTITY,
      LONG_FOR,
    ],
    examples: [{ line: 'vm-pool inventory --list', does: 'prints the group pool_default with your VM' }],
    load: () => import('../verbs/inventory.ts'),
  },
];

/** It names a file, too, and a pattern of ssh would match other hosts. */
function parseAlias(text: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/.test(text)) return text;
  throw new InvalidArgumentError('Give a name of letters, digits, dots, underscores and dashes.');
}
