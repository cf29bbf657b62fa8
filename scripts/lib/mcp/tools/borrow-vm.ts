import * as z from 'zod/v4';
import { Refused } from '../../../../lambda/client/refused.ts';
import type { Held } from '../../../../lambda/client/routes.ts';
import { printable } from '../excerpt.ts';
import type { Limits } from '../limits.ts';
import type { Loan } from '../loan.ts';
import { LOAN, loanBody } from '../loan-shape.ts';
import type { Desk, Tool, ToolCall, Values } from '../tool.ts';
import { tool } from '../tool.ts';
import { ToolError } from '../tool-error.ts';

const inputOf = ({ maxMinutes, maxWaitSeconds, pools }: Limits) => ({
  pool: (pools.length > 0 ? z.enum(pools) : z.string().min(1).max(64))
    .optional()
    .describe(`pool to borrow from, as list_pools names it; ${pools[0] ?? 'default'} when left out`),
  minutes: z
    .number()
    .int()
    .min(1)
    .max(maxMinutes)
    .optional()
    .describe('how long; an hour when left out. Take what the task needs; renew_vm makes it longer'),
  waitSeconds: z.number().int().min(0).max(maxWaitSeconds).default(0).describe('how long to wait if no VM is free'),
  useHeldVm: z
    .boolean()
    .default(false)
    .describe(
      'use the VM that the user has borrowed outside this session, and borrow none; only when the user asks for it',
    ),
});

type Wanted = Values<ReturnType<typeof inputOf>>;

/** Borrows a VM. */
export const borrowVm = (desk: Desk): Tool =>
  tool({
    name: 'borrow_vm',
    title: 'Borrow a VM',
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
    description:
      'Borrows a virtual machine for this session. Nobody else uses it meanwhile. A session has one VM at a time. ' +
      'A VM that has to be started first may not be ready yet: isReady says so. ' +
      'It goes back with release_vm, when its time is up, or when this session ends; what is on it is then lost.',
    input: inputOf(desk.limits),
    output: LOAN.shape,
    run: async (wanted, call) => loanBody(await (wanted.useHeldVm ? useHeld(desk) : borrow(desk, wanted, call))),
  });

function useHeld({ borrower, limits: { pools } }: Desk): Promise<Loan> {
  return borrower.useHeld((pool) => {
    if (pools.length === 0 || pools.includes(pool)) return;
    throw new ToolError(`The user's VM belongs to pool ${pool}, which this session may not use.`, 'Ask the user.');
  });
}

async function borrow({ borrower, limits }: Desk, wanted: Wanted, { signal, progress }: ToolCall): Promise<Loan> {
  const { pool = limits.pools[0], minutes, waitSeconds } = wanted;
  const onWait = (nextTryMs: number) => {
    progress(`no VM is free; trying again in ${Math.ceil(nextTryMs / 1000)} s`);
  };
  const onStarting = ({ vm }: Held, nextLookMs: number) => {
    const why = vm.statusReason === undefined ? '' : `: ${printable(vm.statusReason)}`;
    progress(`${vm.id} is being started${why}; asking again in ${Math.ceil(nextLookMs / 1000)} s`);
  };
  try {
    return await borrower.borrow({ pool, minutes, waitMs: waitSeconds * 1000, signal, onWait, onStarting });
  } catch (error) {
    if (error instanceof Refused && error.code === 'already_allocated') throw heldElsewhere(error);
    throw error;
  }
}

/** The VM may be the user's own, with work on it. Only the user may let this session touch it. */
function heldElsewhere(cause: Refused): ToolError {
  const { vmId, expiresAt } = cause.problem;
  return new ToolError(
    `The user already holds ${String(vmId)} until ${String(expiresAt)}, borrowed outside this session, and may hold one VM only.`,
    `Ask the user: either they give it back (vm-pool release), or this session uses it: borrow_vm with useHeldVm true. ` +
      'If an earlier session of yours has crashed, its VM goes back within 10 minutes.',
    { cause },
  );
}
