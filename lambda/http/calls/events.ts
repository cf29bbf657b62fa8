import * as v from 'valibot';
import { cursor, poolEvent } from '../answer-schemas.ts';
import { call, documented } from '../call.ts';
import { page, userid, vmId } from '../fields.ts';

/** Lists what happened. */
export const events = call({
  route: 'GET /events',
  audience: 'operators',
  parameters: { userid: v.optional(userid), vm: v.optional(vmId), ...page },
  handle: async (query, { facts }, services) =>
    (await import('../operator-lists.ts')).listEvents(query, facts, services),
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
