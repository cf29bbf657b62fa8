import * as z from 'zod/v4';
import { LOAN, loanBody } from '../loan-shape.ts';
import type { Desk, Tool } from '../tool.ts';
import { tool } from '../tool.ts';

/** Makes a loan longer. */
export const renewVm = ({ borrower, limits: { maxMinutes } }: Desk): Tool =>
  tool({
    name: 'renew_vm',
    title: 'Keep the VM longer',
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    description:
      'Lets the loan end in so many minutes from now. It never makes a loan shorter. From beginning to end a loan takes ' +
      `${maxMinutes} minutes at most.`,
    input: { minutes: z.number().int().min(1).max(maxMinutes).describe('how long from now') },
    output: LOAN.shape,
    run: async ({ minutes }) => loanBody(await borrower.renew(minutes)),
  });
