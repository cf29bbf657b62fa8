import type { Lease } from '../../../lambda/pool/lease.ts';
import { VM_STATES } from '../../../lambda/pool/vm.ts';
import type { Contents } from './contents.ts';
import { KIND_NAMES } from './contents.ts';
import type { Fates } from './fencing.ts';
import type { Options } from './options.ts';

/** A time as operators read it, in UTC, such as `2026-01-31T08:00:00Z`. */
export function shown(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/[.]\d+/, '');
}

/** How many items of each kind and VMs in each state two tables have, side by side. */
export function comparison(old: Contents, restored: Contents): string[] {
  const row = (name: string, count: (contents: Contents) => number) =>
    `  ${name.padEnd(18)} ${String(count(old)).padStart(9)} ${String(count(restored)).padStart(9)}`;
  const inState = (state: string) => (contents: Contents) =>
    [...contents.vms.values()].filter((vm) => vm.state === state).length;
  return [
    `  ${'items'.padEnd(18)} ${'old'.padStart(9)} ${'restored'.padStart(9)}`,
    ...KIND_NAMES.map((kind) => row(kind, ({ items }) => items.get(kind) ?? 0)),
    '  VMs by state',
    ...[...VM_STATES, 'none'].map((state) => row(state, inState(state))),
  ];
}

/** Whom the restore disturbs. */
export function fateLines({ kept, lost, stale, out }: Fates): string[] {
  return [
    `leases that both tables know, and that go on: ${String(kept.length)}`,
    ...kept.map((lease) => `  ${worded(lease)}`),
    `leases since the time of the restore, which are lost; tell these users to borrow again: ${String(lost.length)}`,
    ...lost.map((lease) => `  ${worded(lease)}`),
    `leases that ended since, and end again: ${String(stale.length)}`,
    ...stale.map((lease) => `  ${worded(lease)}`),
    `VMs to quarantine until an operator returns them: ${out.join(' ') || 'none'}`,
  ];
}

function worded({ userId, vmId, id, expiresAtSec }: Lease): string {
  return `${userId} on ${vmId} until ${shown(expiresAtSec * 1_000)}, lease ${id}`;
}

/** How an environment comes to use the restored table. */
export function switchLines({ environment, target }: Options): string[] {
  return [
    'To switch, while the service is stopped (terraform/RUNBOOK.md, "Restore the table"):',
    '',
    `1. In terraform/environments/${environment}/main.tf, add to module "vm_pool" (a name behind those that are there):`,
    '',
    `     restored_tables = ["${target}"]`,
    '     max_concurrency = 0',
    '',
    '   and behind the module:',
    '',
    '     import {',
    `       to = module.vm_pool.module.restored_table["${target}"].aws_dynamodb_table.this`,
    `       id = "${target}"`,
    '     }',
    '',
    `2. scripts/terraform ${environment} plan -out=restored.tfplan`,
    '   It must import 1 resource and destroy none.',
    `3. scripts/terraform ${environment} apply restored.tfplan`,
    '4. Remove max_concurrency = 0, and apply again: the service runs, from the restored table.',
    '5. Return the quarantined VMs, as the runbook says.',
  ];
}
