import * as v from 'valibot';
import { call, documented } from '../call.ts';

/** Says whether the service works. */
export const health = call({
  route: 'GET /health',
  audience: 'everybody',
  parameters: {},
  handle: async (_, __, { lending }) => {
    await lending.ping();
    return { status: 'ok' };
  },
});

/** For the contract. */
export const documentation = () => [
  documented(health, {
    summary: 'Says whether the service works, its lease store included',
    answer: { status: v.string() },
    example: { status: 'ok' },
    refusals: [],
  }),
];
