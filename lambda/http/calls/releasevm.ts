import * as v from 'valibot';
import { state } from '../answer-schemas.ts';
import { call, documented } from '../call.ts';
import { leaseId, userid } from '../fields.ts';

/** Takes a VM back from its user. */
export const releaseVm = call({
  route: 'POST /releasevm',
  audience: 'borrowers',
  parameters: { userid, leaseId: v.optional(leaseId) },
  handle: async ({ userid: userId, leaseId }, { requestId, who, facts }, { lending }) => {
    facts.userId = userId;
    if (leaseId !== undefined) facts.leaseId = leaseId;
    const { vm, state, leaseId: endedId } = await lending.release({ userId, who, leaseId }, requestId);
    facts.vmId = vm.id;
    facts.leaseId = endedId;
    return { message: `${vm.id} was given back`, vm: { id: vm.id, state } };
  },
});

/** For the contract. */
export const documentation = () => [
  documented(releaseVm, {
    summary: 'Gives the VM back',
    answer: { message: v.string(), vm: v.object({ id: v.string(), state }) },
    example: { message: 'vm-01 was given back', vm: { id: 'vm-01', state: 'free' } },
    refusals: ['lease_superseded', 'no_lease'],
  }),
];
