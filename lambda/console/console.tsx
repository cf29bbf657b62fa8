import { useEffect, useState } from 'preact/hooks';
import type { Held } from './api.ts';
import type { OperatedVm, Pools } from './api.ts';
import { isAway, isForbidden, isRefused, isSessionEnd } from './faults.ts';
import { Away } from './gate/away.tsx';
import { useLive } from './live/use-live.ts';
import { MyVm } from './mine/my-vm.tsx';
import { nextLookMs } from './mine/next-look.ts';
import { allVms } from './operators/all-vms.ts';
import { Operators } from './operators/operators.tsx';
import { Page } from './parts/page.tsx';
import { PoolsCard } from './pools/pools.tsx';
import type { Session } from './session/session.ts';

/** How often the page asks, milliseconds. */
const EVERY_MS = { pools: 10_000, vms: 10_000 };

/** What a user sees: their VM, the pools, and for operators all VMs. */
export function Console({ session }: { readonly session: Session }) {
  const mine = useLive<Held | null>({ load: () => ownLease(session), everyMs: nextLookMs });
  const pools = useLive<Pools>({
    load: async () => (await session.client.call('GET /pool')).pools,
    everyMs: () => EVERY_MS.pools,
  });
  const vms = useLive<readonly OperatedVm[] | null>(
    { load: () => operatedVms(session), everyMs: () => EVERY_MS.vms, isFinal: (value) => value === null },
    session.operator !== 'none',
  );
  const reloadAll = async () => {
    const asked = session.operator === 'none' ? [mine, pools] : [mine, pools, vms];
    await Promise.all(asked.map((one) => one.reload()));
  };
  const all = [pools, mine, vms];
  const away = all.find(({ fault }) => isAway(fault));
  const hasEnded = all.some(({ fault }) => isSessionEnd(fault));
  useTitle(mine.value);
  return (
    <Page
      url={session.client.url}
      aside={<Visitor session={session} isLive={[pools, mine].every(({ fault }) => fault === undefined)} />}
    >
      {hasEnded && <Ended session={session} />}
      {!hasEnded && away && <Away known={{ ...away, reload: reloadAll }} />}
      <div class={away !== undefined || hasEnded ? 'columns stale' : 'columns'} inert={hasEnded}>
        <MyVm session={session} mine={mine} pools={pools} />
        <PoolsCard pools={pools} />
        <Operators session={session} vms={vms} onChange={reloadAll} />
      </div>
    </Page>
  );
}

/** The user's lease; null without one. */
async function ownLease({ client, who }: Session): Promise<Held | null> {
  try {
    return await client.call('GET /lease', who);
  } catch (fault) {
    if (isRefused(fault, 'no_lease')) return null;
    throw fault;
  }
}

/** All VMs; null for those who are not operators and did not say that they are. */
async function operatedVms({ client, operator }: Session): Promise<readonly OperatedVm[] | null> {
  try {
    return await allVms(client);
  } catch (fault) {
    if (operator === 'unknown' && isForbidden(fault)) return null;
    throw fault;
  }
}

const TITLES = { ready: 'is yours', starting: 'is being started', gone: 'is gone' };

/** The title says in the row of tabs what became of somebody's wish. */
function useTitle(grant: Held | null | undefined): void {
  const title = grant ? `${grant.vm.id} ${TITLES[grant.vm.status]} – vm-pool` : 'vm-pool';
  useEffect(() => {
    document.title = title;
  }, [title]);
}

function Visitor({ session, isLive }: { readonly session: Session; readonly isLive: boolean }) {
  const [isLeaving, setLeaving] = useState(false);
  const leave = () => {
    setLeaving(true);
    void session.leave().catch(() => {
      setLeaving(false);
    });
  };
  return (
    <div class="visitor">
      <span class={isLive ? 'live' : 'live off'} title={isLive ? 'Updates itself' : 'Not up to date'}>
        <i aria-hidden="true" />
        <span class="unseen">{isLive ? 'This page updates itself' : 'This page is not up to date'}</span>
      </span>
      <span class="who">{session.name}</span>
      <button type="button" class="small" disabled={isLeaving} onClick={leave}>
        {session.leaveLabel}
      </button>
    </div>
  );
}

function Ended({ session }: { readonly session: Session }) {
  return (
    <div class="banner" role="alert">
      <p>
        <strong>Your session has ended.</strong> Sign in again to go on; your VM stays yours until its lease ends.
      </p>
      <button type="button" class="solid" onClick={() => void session.enter()}>
        Sign in again
      </button>
    </div>
  );
}
