import { timeWithDistance } from '../output/times.ts';
import type { Run } from '../verb.ts';

/** Extends the lease. */
export const run: Run<{ readonly for?: number; readonly lease?: string }> = async (context, { options }) => {
  const { borrower, settings, output, signal } = context;
  const { client, who } = await borrower();
  const minutes = options.for ?? settings.minutes;
  const wish = {
    ...who,
    ...(minutes !== undefined && { minutes }),
    ...(options.lease !== undefined && { leaseId: options.lease }),
  };
  const answer = await client.call('POST /renewvm', wish, { signal });
  await output.answer(
    answer,
    ({ lease }, _, nowMs) => `your lease ends at ${timeWithDistance(lease.expiresAt, nowMs)}`,
  );
  return undefined;
};
