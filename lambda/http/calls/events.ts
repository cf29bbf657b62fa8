import * as v from 'valibot';
import { cursor, poolEvent } from '../answer-schemas.ts';
import { call, documented } from '../call.ts';
import { page, userid, vmId } from '../fields.ts';
import { invalidRequest } from '../problem.ts';

/** Lists what happened. */
export const events = call({
  route: 'GET /events',
  audience: 'operators',
  parameters: { userid: v.optional(userid), vm: v.optional(vmId), ...page },
  handle: async ({ userid: userId, vm, limit, cursor: begin }, { facts }, { operations }) => {
    if (vm !== undefined) facts.vmId = vm;
    const { cursorBody, eventBody, readCursor } = await import('../operator-bodies.ts');
    const found = await operations.events({ ...subjectOf(userId, vm), limit, cursor: readCursor(begin) });
    return { events: found.items.map(eventBody), ...cursorBody(found) };
  },
});

/** For the contract. */
export const documentation = () => [
  documented(events, {
    summary: 'Lists what happened to a VM or a user, newest first, page by page; takes `vm` or `userid`',
    answer: { events: v.array(poolEvent), cursor },
    example: {
      events: [
        {
          id: '0001732190400000-0',
          at: '2026-11-21T12:00:00.000Z',
          kind: 'acquired',
          vmId: 'vm-01',
          from: 'free',
          to: 'leased',
          userid: 'alice',
          leaseId: '96ba437d-ec47-4d0f-a5f6-40e5483397ec',
          who: 'alice',
          requestId: 'JKJaXmPLvHcESHA=',
        },
      ],
    },
    refusals: ['invalid_cursor', 'unknown_vm'],
  }),
];

function subjectOf(userId: string | undefined, vm: string | undefined) {
  if (userId !== undefined && vm === undefined) return { userId };
  if (vm !== undefined && userId === undefined) return { vmId: vm };
  throw invalidRequest([{ field: 'vm', message: 'or userid is required, one of the two' }]);
}
