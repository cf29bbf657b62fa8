import { BORROWING } from '../options.ts';
import type { Verb } from '../verb.ts';

/** Verbs of a borrower. */
export const BORROWING_VERBS: readonly Verb[] = [
  {
    name: 'get',
    group: 'borrow',
    summary: 'borrow a VM',
    options: [
      ...BORROWING,
      {
        flags: '-k, --public-key <file>',
        summary: 'let this OpenSSH public key in; no private key is handed out then',
      },
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
    name: 'release',
    group: 'borrow',
    summary: 'give the VM back',
    options: [{ flags: '--lease <id>', summary: 'only if this is the lease that you hold' }],
    examples: [{ line: 'vm-pool release', does: 'gives back the VM that you hold' }],
    load: () => import('../verbs/release.ts'),
  },
];
