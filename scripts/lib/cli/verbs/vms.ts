import { allPages } from '../../../../lambda/client/pages.ts';
import type { AnswerOf } from '../../../../lambda/client/routes.ts';
import type { Style } from '../output/output.ts';
import { table } from '../output/table.ts';
import { distance } from '../output/times.ts';
import type { Run } from '../verb.ts';

type VmStatus = AnswerOf<'GET /vms'>['vms'][number];

/** Which VMs to list. */
interface VmsOptions {
  readonly limit?: number;
  readonly state?: string;
  readonly pool?: string;
}

/** Lists all VMs. */
export const run: Run<VmsOptions> = async ({ operator, output, signal }, { options: { limit, state, pool } }) => {
  const client = await operator();
  const all = await allPages((page) => client.call('GET /vms', page, { signal }), itemsOf(state, pool), limit);
  await output.answer({ vms: all }, ({ vms }, style, nowMs) =>
    vms.length === 0 ? 'no VM' : vmTable(vms, style, nowMs),
  );
  return undefined;
};

function itemsOf(state: string | undefined, pool: string | undefined) {
  const fits = (vm: VmStatus) => (state ?? vm.state) === vm.state && (pool ?? vm.pool) === vm.pool;
  return ({ vms }: AnswerOf<'GET /vms'>) => vms.filter(fits);
}

/** VMs as a table. */
export function vmTable(vms: readonly VmStatus[], style: Style, nowMs: number): string {
  const rows = vms.map((vm) => [
    vm.id,
    vm.pool,
    stateText(vm, style),
    vm.userid ?? '',
    vm.dueAt === undefined ? '' : distance(Date.parse(vm.dueAt) - nowMs),
    vm.failures === 0 ? '' : String(vm.failures),
    vm.reason ?? '',
  ]);
  return table(['VM', 'pool', 'state', 'user', 'due', 'failures', 'reason'], rows, style);
}

function stateText(vm: VmStatus, { green, red, yellow }: Style): string {
  const { state, draining, retired, stopped = false, missingSince } = vm;
  const paint = { free: green, quarantined: red, drained: yellow, checking: yellow, leased: String }[state];
  const marks = [
    ...(stopped ? ['stopped'] : []),
    ...(draining && state !== 'drained' ? ['drained next'] : []),
    ...(missingSince === undefined ? [] : ['missed']),
    ...(retired ? ['leaves'] : []),
  ];
  return [paint(state), ...marks].join(', ');
}
