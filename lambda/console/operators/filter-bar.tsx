import type { OperatedVm } from '../api.ts';
import { STATES } from '../api.ts';
import { Select } from '../parts/select.tsx';
import { STATE_WORDS } from '../pools/counts.ts';
import type { Filter } from './filter.ts';
import { countsOf } from './filter.ts';

/** Search and filter of the list, and the way to the events of a user. */
export function FilterBar(props: {
  readonly vms: readonly OperatedVm[];
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
  readonly onUser: (userid: string) => void;
}) {
  const { vms, filter, onFilter, onUser } = props;
  const pools = [...new Set(vms.map(({ pool }) => pool))].sort();
  const user = filter.text.trim();
  const isUser = /^[\w.@+:/=,|-]{1,128}$/.test(user);
  return (
    <div class="filters" role="search" aria-label="VMs">
      <label class="search">
        <span class="unseen">Search VM, holder, reason or address</span>
        <input
          type="search"
          placeholder="Search VM, holder, reason…"
          value={filter.text}
          onInput={({ currentTarget }) => {
            onFilter({ ...filter, text: currentTarget.value });
          }}
        />
      </label>
      {pools.length > 1 && (
        <Select
          label="Pool"
          isLabelUnseen
          value={filter.pool}
          options={[{ value: '', label: 'All pools' }, ...pools.map((pool) => ({ value: pool, label: pool }))]}
          onChoose={(pool) => {
            onFilter({ ...filter, pool });
          }}
        />
      )}
      {isUser && (
        <button
          type="button"
          class="small"
          onClick={() => {
            onUser(user);
          }}
        >
          Events of user {user}
        </button>
      )}
      <StateChips {...props} />
    </div>
  );
}

function StateChips({ vms, filter, onFilter }: Omit<Parameters<typeof FilterBar>[0], 'onUser'>) {
  const counts = countsOf(vms, filter);
  const shown = (['', ...STATES] as const).filter((state) => (counts.get(state) ?? 0) > 0 || state === filter.state);
  return (
    <div class="chips" role="group" aria-label="State">
      {shown.map((state) => (
        <button
          key={state}
          type="button"
          class="chip"
          aria-pressed={filter.state === state}
          onClick={() => {
            onFilter({ ...filter, state });
          }}
        >
          {state === '' ? 'all' : STATE_WORDS[state]} <b>{counts.get(state)}</b>
        </button>
      ))}
    </div>
  );
}
