/** Which VMs an operator wants to see. */
import type { OperatedVm, VmState } from '../api.ts';
import { STATES } from '../api.ts';

/** What the list is filtered by; the empty text stands for everything. */
export interface Filter {
  readonly text: string;
  readonly state: VmState | '';
  readonly pool: string;
}

const byId = new Intl.Collator('en', { numeric: true });

/** The VMs that match, by id as people count: `vm-2` before `vm-10`. */
export function filtered(vms: readonly OperatedVm[], filter: Filter): readonly OperatedVm[] {
  return vms.filter((vm) => matches(vm, filter)).sort((a, b) => byId.compare(a.id, b.id));
}

/** Each word must occur somewhere. */
function matches(vm: OperatedVm, { text, state, pool }: Filter): boolean {
  if (state !== '' && vm.state !== state) return false;
  if (pool !== '' && vm.pool !== pool) return false;
  const all = [vm.id, vm.pool, vm.ip, vm.state, vm.userid, vm.reason].join(' ').toLowerCase();
  return words(text).every((word) => all.includes(word));
}

function words(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** VMs in each state, of those that match the rest of the filter. */
export function countsOf(vms: readonly OperatedVm[], filter: Filter): ReadonlyMap<VmState | '', number> {
  const others = filtered(vms, { ...filter, state: '' });
  const counts = STATES.map((state) => [state, others.filter((vm) => vm.state === state).length] as const);
  return new Map<VmState | '', number>([['', others.length], ...counts]);
}

/** The filter in the part of an address behind `#`, so that it can be kept and passed on. */
export function filterIn(hash: string): Filter {
  const values = new URLSearchParams(hash.replace(/^#/, ''));
  const state = STATES.find((known) => known === values.get('state')) ?? '';
  return { text: values.get('q') ?? '', state, pool: values.get('pool') ?? '' };
}

/** The other way: the empty text for no filter. */
export function hashOf({ text, state, pool }: Filter): string {
  const values = Object.entries({ q: text, state, pool }).filter(([, value]) => value !== '');
  return values.length === 0 ? '' : `#${new URLSearchParams(values).toString()}`;
}
