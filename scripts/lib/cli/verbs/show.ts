import { grantText } from '../output/grant.ts';
import type { Run } from '../verb.ts';

/** Shows the user's lease. */
export const run: Run = async ({ borrower, output, signal }) => {
  const { client, who } = await borrower();
  await output.answer(await client.call('GET /lease', { ...who }, { signal }), grantText);
  return undefined;
};
