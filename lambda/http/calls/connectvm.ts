import * as v from 'valibot';
import { grant } from '../answer-schemas.ts';
import { grantBody, noteGrant } from '../bodies.ts';
import { call, documented } from '../call.ts';
import { leaseId, sshPublicKey, userid } from '../fields.ts';
import { CERTIFICATE_GRANT, STARTING_GRANT } from './examples.ts';

/** Lets the holder of a VM log in once more. */
export const connectVm = call({
  route: 'POST /connectvm',
  audience: 'borrowers',
  parameters: { userid, leaseId: v.optional(leaseId), sshPublicKey: v.optional(sshPublicKey) },
  handle: async ({ userid: userId, ...wish }, { requestId, who, facts }, { lending }) => {
    facts.userId = userId;
    const granted = await lending.connect({ userId, who, ...wish }, requestId);
    return noteGrant(facts, granted, grantBody(granted));
  },
});

/** For the contract. */
export const documentation = () => [
  documented(connectVm, {
    summary: "Returns a fresh login credential for the user's VM",
    answer: grant,
    example: CERTIFICATE_GRANT,
    otherExamples: { starting: STARTING_GRANT },
    refusals: ['access_unavailable', 'lease_superseded', 'no_lease', 'ssh_public_key_needed'],
  }),
];
