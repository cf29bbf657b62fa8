import * as v from 'valibot';
import { pool } from '../answer-schemas.ts';
import { poolBody } from '../bodies.ts';
import { call, documented } from '../call.ts';
import { POOL } from './examples.ts';

/** Shows pools. */
export const pools = call({
  route: 'GET /pool',
  audience: 'borrowers',
  parameters: {},
  handle: async (_, { requestId }, { lending }) => {
    const views = [...(await lending.pools(requestId))];
    return { pools: Object.fromEntries(views.map(([name, view]) => [name, poolBody(view)])) };
  },
});

/** For the contract. */
export const documentation = () => [
  documented(pools, {
    summary: 'Shows each pool: its VMs by state, and how they are lent',
    answer: { pools: v.record(v.string(), pool) },
    example: { pools: { default: POOL } },
    refusals: [],
  }),
];
