import { useEffect, useRef } from 'preact/hooks';
import type { Lease } from '../../client/routes.ts';
import { serviceNow } from '../live/service-clock.ts';
import { useNow } from '../live/use-now.ts';
import { announce } from '../parts/announce.ts';
import { clock, moment, spoken } from '../time.ts';

/** What is left of a lease when listeners are warned, milliseconds. */
const WARNED_MS = [15 * 60_000, 5 * 60_000, 60_000];

/** The time that is left, as a clock and as a bar. */
export function Countdown({ lease, onEnd }: { readonly lease: Lease; readonly onEnd: () => void }) {
  const now = useNow(1000, serviceNow);
  const end = Date.parse(lease.expiresAt);
  const left = Math.max(0, end - now);
  useWarnings(left);
  useEffect(() => {
    if (left === 0) onEnd();
    // Only the end counts, not each second.
  }, [left === 0]);
  const isSoon = left < (WARNED_MS[0] ?? 0);
  return (
    <div class={isSoon ? 'countdown soon' : 'countdown'}>
      <p class="clock" role="timer" aria-live="off" aria-label={`${spoken(left)} left`}>
        {clock(left)}
      </p>
      <p class="quiet">
        {left === 0 ? (
          'The lease has ended.'
        ) : (
          <>
            yours until <time dateTime={lease.expiresAt}>{moment(lease.expiresAt, now)}</time>
          </>
        )}
      </p>
      <div class="bar" aria-hidden="true">
        <span style={{ width: `${share(lease, left)}%` }} />
      </div>
    </div>
  );
}

function share({ acquiredAt, expiresAt }: Lease, left: number): number {
  return Math.min(100, (100 * left) / Math.max(1, Date.parse(expiresAt) - Date.parse(acquiredAt)));
}

/** Says how long the lease lasts when that becomes short, and not each second. */
function useWarnings(left: number): void {
  const before = useRef(left);
  const crossed = WARNED_MS.find((limit) => before.current > limit && left <= limit);
  before.current = left;
  useEffect(() => {
    if (crossed !== undefined) announce(`Your VM is yours for ${spoken(crossed)} more`);
  }, [crossed]);
}
