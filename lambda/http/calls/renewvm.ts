import * as v from 'valibot';
import { lease } from '../answer-schemas.ts';
import { leaseBody } from '../bodies.ts';
import { call, documented } from '../call.ts';
import { noteLease } from '../facts.ts';
import { leaseId, minutes, userid } from '../fields.ts';
import { LEASE } from './examples.ts';

/** Extends a lease. */
export const renewVm = call({
  route: 'POST /renewvm',
  audience: 'borrowers',
  parameters: { userid, leaseId: v.optional(leaseId), minutes: v.optional(minutes) },
  handle: async ({ userid: userId, ...wish }, { requestId, who, facts }, { lending }) => {
    facts.userId = userId;
    if (wish.leaseId !== undefined) facts.leaseId = wish.leaseId;
    const renewed = await lending.renew({ userId, who, ...wish }, requestId);
    const lease = leaseBody(renewed);
    noteLease(facts, renewed.vmId, lease);
    return { lease };
  },
});

/** For the contract. */
export const documentation = () => [
  documented(renewVm, {
    summary: 'Extends the lease to `minutes` from now, and never shortens it',
    answer: { lease },
    example: { lease: LEASE },
    refusals: ['lease_superseded', 'lease_too_long', 'no_lease'],
  }),
];
