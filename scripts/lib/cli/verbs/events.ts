import { allPages } from '../../../../lambda/client/pages.ts';
import type { AnswerOf } from '../../../../lambda/client/routes.ts';
import { misuse } from '../command-error.ts';
import type { Style } from '../output/output.ts';
import { table } from '../output/table.ts';
import type { Run } from '../verb.ts';

type PoolEvent = AnswerOf<'GET /events'>['events'][number];

/** Lists what happened to a VM, or else to the user, newest first. */
export const run: Run<{ readonly limit?: number }> = async (context, { words: [vm], options: { limit } }) => {
  const { operator, who, output, signal } = context;
  const of = typeof vm === 'string' ? { vm } : who;
  if (Object.keys(of).length === 0) throw misuse('name a VM, or a user by --user', 'see the VMs: vm-pool vms');
  const client = await operator();
  const events = await allPages(
    (page) => client.call('GET /events', { ...of, ...page }, { signal }),
    (page) => page.events,
    limit,
  );
  await output.answer({ events }, (body, style) =>
    body.events.length === 0 ? 'no event' : eventTable(body.events, style),
  );
  return undefined;
};

function eventTable(events: readonly PoolEvent[], style: Style): string {
  const rows = events.map(({ at, kind, vmId, from, to, userid, who, reason }) => [
    at,
    vmId,
    kind,
    from === to ? '' : `${from ?? ''} → ${to ?? ''}`,
    userid ?? '',
    who === userid ? '' : who,
    reason ?? '',
  ]);
  return table(['time', 'VM', 'event', 'state', 'user', 'by', 'reason'], rows, style);
}
