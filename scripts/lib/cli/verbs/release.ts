import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '../../../../lambda/client/client.ts';
import { Refused } from '../../../../lambda/client/refused.ts';
import type { Context, Who } from '../context.ts';
import type { Run } from '../verb.ts';

/** Gives the VM back, and removes what logged in to it. */
export const run: Run<{ readonly lease?: string }> = async (context, { options }) => {
  const { borrower, output, signal } = context;
  const { client, who } = await borrower();
  // Release by the id of the lease: a repetition then can't end the user's next lease.
  const leaseId = options.lease ?? (await currentLease(client, who, signal));
  const answer = await client.call(
    'POST /releasevm',
    { ...who, ...(leaseId !== undefined && { leaseId }) },
    { signal },
  );
  if (leaseId !== undefined) await forget(context, leaseId);
  await output.answer(answer, ({ message }) => message);
  return undefined;
};

/** @returns undefined when the service can't show the lease now, since it can't make a login */
async function currentLease(client: Client, who: Who, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await client.call('GET /lease', { ...who }, { signal })).lease.id;
  } catch (error) {
    if (error instanceof Refused && error.code === 'access_unavailable') return undefined;
    throw error;
  }
}

/** The id comes from the service, so it must not lead out of the folder. */
async function forget({ stateFolder }: Context, leaseId: string): Promise<void> {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(leaseId)) return;
  await rm(path.join(stateFolder, 'leases', leaseId), { recursive: true, force: true });
}
