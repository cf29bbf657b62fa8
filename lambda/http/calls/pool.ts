import * as v from 'valibot';
import { counts } from '../answer-schemas.ts';
import { call, documented } from '../call.ts';

/** Counts VMs. */
export const pools = call({
  route: 'GET /pool',
  audience: 'borrowers',
  parameters: {},
  handle: async (_, { requestId }, { lending }) => {
    return { pools: Object.fromEntries(await lending.counts(requestId)) };
  },
});

/** For the contract. */
export const documentation = () => [
  documented(pools, {
    summary: 'Counts the VMs of each pool by state',
    answer: { pools: v.record(v.string(), counts) },
    example: { pools: { default: { free: 3, leased: 2, checking: 0, quarantined: 0, drained: 0 } } },
    refusals: [],
  }),
];
