import { LIMIT, POOL, REASON } from '../options.ts';
import type { Verb } from '../verb.ts';
import type { ArgumentDeclaration } from '../words.ts';

const STATES = ['free', 'leased', 'checking', 'quarantined', 'drained'] as const;

const VM: ArgumentDeclaration = { name: '<vm>', summary: 'id of the VM', completes: 'vms' };

/** Verbs of an operator. */
export const OPERATING_VERBS: readonly Verb[] = [
  {
    name: 'vms',
    group: 'operate',
    summary: 'list all VMs with state, holder and reason',
    options: [POOL, { flags: '-s, --state <state>', summary: 'only VMs in this state', choices: STATES }, LIMIT],
    examples: [
      { line: 'vm-pool vms --state quarantined', does: 'shows which VMs are out, and why' },
      {
        line: "vm-pool vms --json | jq -r '.vms[].id'",
        does: 'prints the ids of all VMs, however many pages they are',
      },
    ],
    load: () => import('../verbs/vms.ts'),
  },
  {
    name: 'events',
    group: 'operate',
    summary: 'list what happened to a VM or a user, newest first',
    words: [{ name: '[vm]', summary: 'id of the VM; without it, the events of the user', completes: 'vms' }],
    options: [LIMIT],
    examples: [
      { line: 'vm-pool events vm-01 --limit 20', does: 'shows the last 20 events of vm-01' },
      { line: 'vm-pool events --user alice', does: 'shows which VMs alice had' },
    ],
    load: () => import('../verbs/events.ts'),
  },
  {
    name: 'drain',
    group: 'operate',
    summary: 'stop lending a VM: at once, or when its user gives it back',
    words: [VM],
    options: [REASON],
    examples: [{ line: "vm-pool drain vm-01 --reason 'new disk'", does: 'takes vm-01 out for maintenance' }],
    load: async () => (await import('../verbs/orders.ts')).drain,
  },
  {
    name: 'return',
    group: 'operate',
    summary: 'put a drained or quarantined VM back, through a check',
    words: [VM],
    options: [
      REASON,
      { flags: '--host-key <fingerprint>', summary: 'fingerprint of its new host key, SHA256:..., if that changed' },
    ],
    examples: [
      { line: "vm-pool return vm-01 --reason 'disk is in'", does: 'lends vm-01 again once it passes its check' },
    ],
    load: async () => (await import('../verbs/orders.ts')).putBack,
  },
  {
    name: 'quarantine',
    group: 'operate',
    summary: 'take out a VM that nobody holds, until it is put back',
    words: [VM],
    options: [REASON],
    examples: [{ line: "vm-pool quarantine vm-02 --reason 'fan is loud'", does: 'takes vm-02 out' }],
    load: async () => (await import('../verbs/orders.ts')).quarantine,
  },
  {
    name: 'force-release',
    group: 'operate',
    summary: 'take a VM from its user',
    words: [VM],
    options: [REASON],
    examples: [{ line: "vm-pool force-release vm-03 --reason 'alice left'", does: 'ends the lease of vm-03 at once' }],
    load: async () => (await import('../verbs/orders.ts')).forceRelease,
  },
];
