import { useState } from 'preact/hooks';
import type { Held } from '../api.ts';
import { serviceNow } from '../live/service-clock.ts';
import { useAction } from '../live/use-action.ts';
import { useNow } from '../live/use-now.ts';
import { announce } from '../parts/announce.ts';
import { Fault } from '../parts/fault.tsx';
import { Select } from '../parts/select.tsx';
import type { Session } from '../session/session.ts';
import { moment } from '../time.ts';
import type { Mine } from './props.ts';
import type { Limits } from './term.ts';
import { laterTerms, usualTerm } from './term.ts';

/** Extends the lease. */
export function Renew(props: {
  readonly session: Session;
  readonly mine: Mine;
  readonly grant: Held;
  readonly limits: Limits | undefined;
}) {
  const { session, mine, grant, limits } = props;
  const now = useNow(30_000, serviceNow);
  const [wanted, setWanted] = useState<number>();
  const renew = useAction(async (minutes: number) => {
    const { lease } = await session.client.call('POST /renewvm', { ...session.who, leaseId: grant.lease.id, minutes });
    setWanted(undefined);
    announce(`${grant.vm.id} is yours until ${moment(lease.expiresAt, serviceNow())}`);
    await mine.reload();
  });
  if (limits === undefined) return null;
  const choices = laterTerms(grant.lease, limits, now);
  const chosen = choices.find(({ value }) => value === wanted)?.value ?? usualTerm(choices, limits);
  if (chosen === undefined) return <p class="quiet">This lease is as long as its pool allows.</p>;
  const submit = (event: Event) => {
    event.preventDefault();
    void renew.run(chosen);
  };
  return (
    <form class="row" onSubmit={submit}>
      <Select label="Keep it, from now, for" value={chosen} options={choices} onChoose={setWanted} />
      <button type="submit" disabled={renew.isBusy}>
        Renew
      </button>
      <Fault fault={renew.fault} />
    </form>
  );
}
