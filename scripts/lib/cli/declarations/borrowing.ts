import { BORROWING, FOR, LEASE } from '../options.ts';
import type { Verb } from '../verb.ts';

/** Verbs of a borrower. */
export const BORROWING_VERBS: readonly Verb[] = [
  {
    name: 'get',
    group: 'borrow',
    summary: 'borrow a VM',
    details: 'A VM that has to be started first is waited for, 15 minutes at most.',
    options: [
      ...BORROWING,
      {
        flags: '-k, --public-key <file>',
        summary: 'let this OpenSSH public key in, as some pools want; no private key is handed out then',
      },
      { flags: '--async', summary: 'return at once, also while the VM is being started' },
    ],
    examples: [
      { line: 'vm-pool get', does: 'borrows a VM of the default pool' },
      { line: 'vm-pool get --pool gpu --for 2h --wait 10m', does: 'waits up to 10 minutes for one' },
      { line: 'vm-pool get --json | jq -r .vm.ip', does: 'prints its address; the answer contains the login too' },
    ],
    load: () => import('../verbs/get.ts'),
  },
  {
    name: 'show',
    group: 'borrow',
    summary: 'show the VM that you hold',
    examples: [
      { line: 'vm-pool show', does: 'says which VM is yours, and until when' },
      { line: 'vm-pool show --json | jq -r .lease.expiresAt', does: 'prints the end of the lease' },
    ],
    load: () => import('../verbs/show.ts'),
  },
  {
    name: 'renew',
    group: 'borrow',
    summary: 'extend the lease; it never becomes shorter',
    options: [FOR, LEASE],
    examples: [{ line: 'vm-pool renew --for 2h', does: 'keeps the VM for two hours from now' }],
    load: () => import('../verbs/renew.ts'),
  },
  {
    name: 'release',
    group: 'borrow',
    summary: 'give the VM back',
    options: [LEASE],
    examples: [{ line: 'vm-pool release', does: 'gives back the VM that you hold' }],
    load: () => import('../verbs/release.ts'),
  },
  {
    name: 'pool',
    group: 'borrow',
    summary: 'show the pools: how many VMs are free, and how they are lent',
    words: [{ name: '[pool]', summary: 'show this one in full', completes: 'pools' }],
    examples: [
      { line: 'vm-pool pool', does: 'shows the VMs of each pool by state' },
      { line: 'vm-pool pool gpu', does: 'shows how the pool gpu is lent' },
    ],
    load: () => import('../verbs/pool.ts'),
  },
];
