import * as z from 'zod/v4';
import { LOAN, loanBody } from '../loan-shape.ts';
import type { Desk, Tool } from '../tool.ts';
import { tool } from '../tool.ts';

/** Shows the VM in use. */
export const showVm = ({ borrower }: Desk): Tool =>
  tool({
    name: 'show_vm',
    title: 'Show the VM',
    annotations: { readOnlyHint: true, openWorldHint: false },
    description: 'Shows which VM this session uses and for how long, if it uses one.',
    input: {},
    output: { inUse: z.boolean(), loan: LOAN.optional() },
    run: async () => {
      const { current } = borrower;
      return current === undefined ? { inUse: false } : { inUse: true, loan: loanBody(current) };
    },
  });
