import { useEffect, useState } from 'preact/hooks';
import type { PoolEvent } from '../api.ts';
import { useAction } from '../live/use-action.ts';
import { Fault } from '../parts/fault.tsx';
import { Modal } from '../parts/modal.tsx';
import { STATE_WORDS } from '../pools/counts.ts';
import type { Session } from '../session/session.ts';
import { distance, moment } from '../time.ts';

/** Whose events to show. */
export type EventSubject = { readonly vm: string } | { readonly userid: string };

interface EventsProps {
  readonly session: Session;
  readonly subject: EventSubject;
  readonly onSubject: (subject: EventSubject) => void;
}

/** A dialog about what happened to a VM, or with a user. */
export function EventsDialog(props: EventsProps & { readonly onClose: () => void }) {
  const { subject, onClose } = props;
  const name = 'vm' in subject ? `Events of ${subject.vm}` : `Events of user ${subject.userid}`;
  return (
    <Modal title={name} class="wide" onClose={onClose}>
      <EventList key={name} {...props} />
    </Modal>
  );
}

/** The events of one subject, newest first. Each subject has a separate list, so late answers can't mix. */
function EventList({ session, subject, onSubject }: EventsProps) {
  const [events, setEvents] = useState<readonly PoolEvent[]>();
  const [cursor, setCursor] = useState<string>();
  const more = useAction(async (from: string | undefined) => {
    const page = await session.client.call('GET /events', { ...subject, ...(from !== undefined && { cursor: from }) });
    setEvents([...(events ?? []), ...page.events]);
    setCursor(page.cursor);
  });
  useEffect(() => void more.run(undefined), []);
  return (
    <>
      {events === undefined && more.fault === undefined && <p class="quiet">Reading the events…</p>}
      {events?.length === 0 && <p class="quiet">No event is kept.</p>}
      <ol class="events">
        {events?.map((event) => (
          <EventItem key={event.id + event.vmId} event={event} isOfVm={'vm' in subject} onSubject={onSubject} />
        ))}
      </ol>
      <Fault fault={more.fault} />
      {cursor !== undefined && (
        <button type="button" disabled={more.isBusy} onClick={() => void more.run(cursor)}>
          Show older events
        </button>
      )}
    </>
  );
}

interface EventItemProps extends Pick<EventsProps, 'onSubject'> {
  readonly event: PoolEvent;
  readonly isOfVm: boolean;
}

function EventItem({ event, isOfVm, onSubject }: EventItemProps) {
  const { at, kind, vmId, from, to, userid, who, reason } = event;
  const now = Date.now();
  const other = isOfVm ? userid : vmId;
  return (
    <li>
      <time dateTime={at} title={new Date(at).toLocaleString()}>
        {moment(at, now)} <span class="quiet small-text">{distance(at, now)}</span>
      </time>
      <div>
        <strong>{kind.replaceAll('_', ' ')}</strong>{' '}
        {other !== undefined && (
          <button
            type="button"
            class="link"
            onClick={() => {
              onSubject(isOfVm ? { userid: other } : { vm: other });
            }}
          >
            {other}
          </button>
        )}
        {from !== undefined && to !== undefined && from !== to && (
          <span class="quiet">
            {' '}
            {STATE_WORDS[from]} → {STATE_WORDS[to]}
          </span>
        )}
        {who !== userid && <span class="quiet"> by {who.replace('vm-pool#', 'the ')}</span>}
        {reason !== undefined && <p class="reason">{reason}</p>}
      </div>
    </li>
  );
}
