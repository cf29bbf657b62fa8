import * as z from 'zod/v4';
import type { AnswerOf } from '../../../../lambda/client/routes.ts';
import { printable } from '../excerpt.ts';
import type { Limits } from '../limits.ts';
import type { Desk, Tool } from '../tool.ts';
import { tool } from '../tool.ts';

const POOL = z.object({
  name: z.string(),
  description: z.string().optional(),
  free: z.number().int().describe('VMs that can be borrowed now'),
  vms: z.number().int().describe('VMs in all'),
  maxMinutes: z.number().int().describe('longest loan'),
  canLogIn: z.boolean().describe('false: no command can be run on its VMs here'),
});

type Pool = AnswerOf<'GET /pool'>['pools'][string];

/** Lists the pools from which this session may borrow. */
export const listPools = ({ borrower, limits }: Desk): Tool =>
  tool({
    name: 'list_pools',
    title: 'List the pools',
    annotations: { readOnlyHint: true, openWorldHint: true },
    description: 'Lists the pools from which this session may borrow, and how many VMs of each are free.',
    input: {},
    output: { pools: z.array(POOL) },
    run: async () => {
      const { pools } = await (await borrower.source.service.client()).call('GET /pool');
      const allowed = Object.entries(pools).filter(([name, { aliases }]) => isAllowed(limits, [name, ...aliases]));
      return { pools: allowed.map(([name, pool]) => poolBody(name, pool, limits)) };
    },
  });

function isAllowed({ pools }: Limits, names: readonly string[]): boolean {
  return pools.length === 0 || names.some((name) => pools.includes(name));
}

function poolBody(name: string, pool: Pool, limits: Limits): z.output<typeof POOL> {
  const { free, leased, checking, quarantined, drained, description, access, lease } = pool;
  return {
    name,
    ...(description !== undefined && { description: printable(description) }),
    free,
    vms: free + leased + checking + quarantined + drained,
    maxMinutes: Math.min(lease.maxMinutes, limits.maxMinutes),
    canLogIn: access !== 'mock' && access !== 'session-manager',
  };
}
