import { useEffect, useState } from 'preact/hooks';
import { borrow } from '../../client/borrow.ts';
import { useNow } from '../live/use-now.ts';
import { announce } from '../parts/announce.ts';
import { Fault } from '../parts/fault.tsx';
import { totalOf } from '../pools/counts.ts';
import { clock, counted, moment } from '../time.ts';
import { newKey } from './new-key.ts';
import type { MineProps } from './props.ts';
import type { Wish } from './wish-form.tsx';

/** Longest that the page waits for a VM, milliseconds. */
const LONGEST_WAIT_MS = 12 * 3_600_000;

/** No VM is free: offers to wait, and then asks as often as the API wants to be asked. */
export function Waiting(props: MineProps & { readonly wish: Wish; readonly onStop: () => void }) {
  const { wish, pools, onStop } = props;
  const [isWaiting, setWaiting] = useState(false);
  const pool = wish.pool ?? 'default';
  const counts = pools.value?.[pool];
  const total = counts === undefined ? 0 : totalOf(counts);
  return (
    <div class="empty">
      <p>
        <strong>No VM of {pool} is free.</strong> {total > 0 && `All ${counted(total, 'VM')} are lent or out of use.`}{' '}
        One becomes free when somebody gives it back, or when a lease ends.
      </p>
      {isWaiting ? (
        <Wait {...props} />
      ) : (
        <p class="quiet">This page can wait for you, and gets the first VM that becomes free.</p>
      )}
      <div class="buttons start">
        {!isWaiting && (
          <button
            type="button"
            class="solid"
            onClick={() => {
              setWaiting(true);
            }}
          >
            Wait for a VM
          </button>
        )}
        <button type="button" onClick={onStop}>
          {isWaiting ? 'Stop waiting' : 'Choose again'}
        </button>
      </div>
    </div>
  );
}

/** Asks again and again while it is shown. */
function Wait({ session, mine, pools, wish }: MineProps & { readonly wish: Wish }) {
  const now = useNow(1000);
  const [since] = useState(() => new Date().toISOString());
  const [nextAt, setNextAt] = useState(now);
  const [fault, setFault] = useState<unknown>();
  useEffect(() => {
    const stop = new AbortController();
    const onWait = (_: unknown, nextTryMs: number) => {
      setNextAt(Date.now() + nextTryMs);
    };
    const options = { waitMs: LONGEST_WAIT_MS, onWait, signal: stop.signal, idempotencyKey: newKey() };
    borrow(session.client, { ...session.who, ...wish }, options).then(
      async ({ vm }) => {
        announce(`${vm.id} is yours`);
        await Promise.all([mine.reload(), pools.reload()]);
      },
      (error: unknown) => {
        if (!stop.signal.aborted) setFault(error);
      },
    );
    return () => {
      stop.abort();
    };
  }, []);
  if (fault !== undefined) return <Fault fault={fault} />;
  return (
    <p class="waiting">
      <span class="pulse" aria-hidden="true" />
      <span>
        Waiting for a VM since <time dateTime={since}>{moment(since, now)}</time>. Next try in {clock(nextAt - now)}.
        Leave this page open.
      </span>
    </p>
  );
}
