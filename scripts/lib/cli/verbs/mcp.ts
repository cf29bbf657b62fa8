import type { Limits } from '../../mcp/limits.ts';
import { DEFAULT_LIMITS } from '../../mcp/limits.ts';
import { serve } from '../../mcp/serve.ts';
import type { Run } from '../verb.ts';

type Options = Partial<Omit<Limits, 'pools'>> & { readonly pool?: readonly string[] };

/** Serves an agent until it goes. */
export const run: Run<Options> = async (context, { options: { pool: pools = [], ...limits } }) => {
  const { stdin, stdout } = process;
  const { who, signal, stateFolder } = context;
  const client = async () => (await context.borrower()).client;
  const log = (sentence: string) => {
    context.output.note(`vm-pool mcp: ${sentence}`);
  };
  await serve({ client, who }, { ...DEFAULT_LIMITS, ...limits, pools }, { stdin, stdout, log, signal, stateFolder });
  return undefined;
};
