import { grant } from '../answer-schemas.ts';
import { grantBody, noteGrant } from '../bodies.ts';
import { call, documented } from '../call.ts';
import { userid } from '../fields.ts';
import { GONE_GRANT, GRANT, STARTING_GRANT } from './examples.ts';

/** Shows a user's own lease. */
export const leaseOf = call({
  route: 'GET /lease',
  audience: 'borrowers',
  parameters: { userid },
  handle: async ({ userid: userId }, { requestId, facts }, { lending }) => {
    facts.userId = userId;
    const granted = await lending.leaseOf(userId, requestId);
    return noteGrant(facts, granted, grantBody(granted));
  },
});

/** For the contract. */
export const documentation = () => [
  documented(leaseOf, {
    summary: "Shows the user's lease, with all it takes to log in",
    answer: grant,
    example: GRANT,
    otherExamples: { starting: STARTING_GRANT, gone: GONE_GRANT },
    refusals: ['access_unavailable', 'no_lease'],
  }),
];
