import * as z from 'zod/v4';
import type { Desk, Tool } from '../tool.ts';
import { tool } from '../tool.ts';

/** Gives the VM back. */
export const releaseVm = ({ borrower }: Desk): Tool =>
  tool({
    name: 'release_vm',
    title: 'Give the VM back',
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    description:
      'Gives the VM back as soon as it is no longer needed. Commands on it end, and what is on it may be wiped. A VM that ' +
      'the user has borrowed outside this session stays theirs; this session only stops using it.',
    input: {},
    output: { vmId: z.string(), isGivenBack: z.boolean() },
    run: async () => {
      const { vm, isOwn } = await borrower.release();
      return { vmId: vm.id, isGivenBack: isOwn };
    },
  });
