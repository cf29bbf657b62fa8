import { useEffect, useState } from 'preact/hooks';
import type { OperatedVm } from '../api.ts';
import { isForbidden } from '../faults.ts';
import type { Live } from '../live/use-live.ts';
import { Card } from '../parts/card.tsx';
import { Fault } from '../parts/fault.tsx';
import type { Session } from '../session/session.ts';
import { counted } from '../time.ts';
import type { EventSubject } from './events-dialog.tsx';
import { EventsDialog } from './events-dialog.tsx';
import type { Filter } from './filter.ts';
import { filtered, filterIn, hashOf } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
import type { Ordered } from './order-dialog.tsx';
import { OrderDialog } from './order-dialog.tsx';
import { useSince } from './use-since.ts';
import { VmTable } from './vm-table.tsx';

/** All VMs; null for those who are not operators. */
export type AllVms = Live<readonly OperatedVm[] | null>;

const NONE: readonly OperatedVm[] = [];

/** What operators see and do. */
export function Operators(props: {
  readonly session: Session;
  readonly vms: AllVms;
  readonly onChange: () => Promise<void>;
}) {
  const { session, vms, onChange } = props;
  const [filter, setFilter] = useFilter();
  const [subject, setSubject] = useState<EventSubject>();
  const [ordered, setOrdered] = useState<Ordered>();
  const all = useSince(session, vms.value ?? NONE);
  if (isForbidden(vms.fault) && vms.value === undefined) {
    return (
      <Card title="All VMs">
        <Fault fault={vms.fault} />
      </Card>
    );
  }
  if (vms.value === undefined || vms.value === null) return null;
  const shown = filtered(all, filter);
  const aside = (
    <p class="quiet" role="status">
      {shown.length === all.length ? counted(shown.length, 'VM') : `${shown.length} of ${all.length} VMs`}
    </p>
  );
  return (
    <Card title="All VMs" aside={aside} class="all">
      <FilterBar
        vms={all}
        filter={filter}
        onFilter={setFilter}
        onUser={(userid) => {
          setSubject({ userid });
        }}
      />
      <VmTable vms={shown} onEvents={setSubject} onOrder={setOrdered} />
      {subject && (
        <EventsDialog
          session={session}
          subject={subject}
          onSubject={setSubject}
          onClose={() => {
            setSubject(undefined);
          }}
        />
      )}
      {ordered && (
        <OrderDialog
          session={session}
          ordered={ordered}
          onDone={onChange}
          onClose={() => {
            setOrdered(undefined);
          }}
        />
      )}
    </Card>
  );
}

/** The filter, which stands in the address. */
function useFilter(): [Filter, (filter: Filter) => void] {
  const [filter, setFilter] = useState(() => filterIn(location.hash));
  useEffect(() => {
    const read = () => {
      setFilter(filterIn(location.hash));
    };
    globalThis.addEventListener('hashchange', read);
    return () => {
      globalThis.removeEventListener('hashchange', read);
    };
  }, []);
  const change = (changed: Filter) => {
    setFilter(changed);
    history.replaceState(null, '', hashOf(changed) || location.pathname);
  };
  return [filter, change];
}
