import { useState } from 'preact/hooks';
import type { OperatedVm } from '../api.ts';
import { serviceNow } from '../live/service-clock.ts';
import { useNow } from '../live/use-now.ts';
import { STATE_WORDS } from '../pools/counts.ts';
import { distance, moment } from '../time.ts';
import type { EventSubject } from './events-dialog.tsx';
import type { Ordered } from './order-dialog.tsx';
import { ORDERS, ordersFor } from './orders.ts';

/** Rows that are drawn before somebody asks for more. */
const ROWS = 100;

interface RowActions {
  readonly onEvents: (subject: EventSubject) => void;
  readonly onOrder: (ordered: Ordered) => void;
}

/** The VMs, one a row; on a phone one a card. */
export function VmTable({ vms, ...actions }: RowActions & { readonly vms: readonly OperatedVm[] }) {
  const [rows, setRows] = useState(ROWS);
  const now = useNow(30_000, serviceNow);
  if (vms.length === 0) return <p class="quiet">No VM matches.</p>;
  return (
    <>
      <table class="vms">
        <thead>
          <tr>
            <th scope="col">VM</th>
            <th scope="col">State</th>
            <th scope="col">Holder</th>
            <th scope="col">Since</th>
            <th scope="col">Until</th>
            <th scope="col">Reason</th>
            <th scope="col" class="orders">
              Orders
            </th>
          </tr>
        </thead>
        <tbody>
          {vms.slice(0, rows).map((vm) => (
            <Row key={vm.id} vm={vm} now={now} {...actions} />
          ))}
        </tbody>
      </table>
      {vms.length > rows && (
        <button
          type="button"
          onClick={() => {
            setRows(rows + ROWS);
          }}
        >
          Show {Math.min(ROWS, vms.length - rows)} more of {vms.length - rows}
        </button>
      )}
    </>
  );
}

function Row({ vm, now, onEvents, onOrder }: RowActions & { readonly vm: OperatedVm; readonly now: number }) {
  const { id, pool, ip, port, userid, reason } = vm;
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          class="link"
          aria-label={`Events of ${id}`}
          onClick={() => {
            onEvents({ vm: id });
          }}
        >
          {id}
        </button>
        <span class="quiet small-text">
          {pool} · {ip}
          {port === 22 ? '' : `:${port}`}
        </span>
      </th>
      <td data-title="State">
        <StateBadge vm={vm} />
      </td>
      <td data-title="Holder">
        {userid !== undefined && (
          <button
            type="button"
            class="link"
            aria-label={`Events of user ${userid}`}
            onClick={() => {
              onEvents({ userid });
            }}
          >
            {userid}
          </button>
        )}
      </td>
      <td data-title="Since">
        <Moment iso={vm.since} now={now} />
      </td>
      <td data-title="Until">
        <Moment iso={vm.dueAt} now={now} />
      </td>
      <td data-title="Reason" class="reason">
        {reason}
      </td>
      <td class="orders">
        <Orders vm={vm} onOrder={onOrder} />
      </td>
    </tr>
  );
}

function Orders({ vm, onOrder }: Pick<RowActions, 'onOrder'> & { readonly vm: OperatedVm }) {
  return ordersFor(vm).map((order) => {
    const { verb } = ORDERS[order];
    return (
      <button
        key={order}
        type="button"
        class="small"
        aria-label={`${verb} ${vm.id}`}
        onClick={() => {
          onOrder({ order, vm });
        }}
      >
        {verb}
      </button>
    );
  });
}

function StateBadge({ vm: { state, draining, retired, failures } }: { readonly vm: OperatedVm }) {
  const more = [
    draining && state !== 'drained' ? 'to be drained' : '',
    retired ? 'left the inventory' : '',
    failures > 0 ? `${failures} failed` : '',
  ].filter((word) => word !== '');
  return (
    <span class="state">
      <i class={`vm ${state}`} aria-hidden="true" /> {STATE_WORDS[state]}
      {more.length > 0 && <span class="quiet small-text"> {more.join(', ')}</span>}
    </span>
  );
}

function Moment({ iso, now }: { readonly iso: string | undefined; readonly now: number }) {
  if (iso === undefined) return null;
  return (
    <time dateTime={iso} title={new Date(iso).toLocaleString()}>
      {moment(iso, now)} <span class="quiet small-text">{distance(iso, now)}</span>
    </time>
  );
}
