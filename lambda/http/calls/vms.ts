import * as v from 'valibot';
import { cursor, vmStatus } from '../answer-schemas.ts';
import { call, documented } from '../call.ts';
import { page } from '../fields.ts';
import { DRAINED_VM } from './examples.ts';

/** Lists VMs. */
export const vms = call({
  route: 'GET /vms',
  audience: 'operators',
  parameters: page,
  handle: async (query, _, services) => (await import('../operator-lists.ts')).listVms(query, services),
});

/** For the contract. */
export const documentation = () => [
  documented(vms, {
    summary: 'Lists all VMs, page by page',
    answer: { vms: v.array(vmStatus), cursor },
    example: { vms: [DRAINED_VM], cursor: 'dm0tMDE' },
    refusals: ['invalid_cursor'],
  }),
];
