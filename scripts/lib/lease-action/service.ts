import type { Client } from '../../../lambda/client/client.ts';
import { createClient } from '../../../lambda/client/client.ts';
import { signIn } from '../../../lambda/client/sign-in.ts';
import { identityFor } from '../client/identity.ts';
import { InputWrong } from './inputs.ts';
import { jobToken } from './job-token.ts';
import type { Loan } from './loan.ts';

/** The service, called as this job. */
export interface Service {
  readonly client: Client;
  /** Says who borrows, where the service asks nobody. */
  readonly who: { readonly userid?: string };
}

/** The identity of this job, and none that somebody has stored. */
const OWN_IDENTITY = { ...process.env, VM_POOL_TOKEN: '', AWS_PROFILE: '' };

/**
 * Asks the service how callers show who they are, and gets ready to do so.
 *
 * @param send - `fetch`, or what stands before it
 * @throws {@link InputWrong} when the input `user` does not fit the service
 */
export async function openService({ url, user, audience }: Loan, send: typeof fetch = fetch): Promise<Service> {
  const how = await signIn(url, send);
  const isOpen = how.authorization === 'none';
  if (isOpen && user === undefined) throw new InputWrong('give the input user: this service asks nobody who they are');
  if (!isOpen && user !== undefined) throw new InputWrong('leave the input user out: this service knows its callers');
  const token = how.authorization === 'jwt' ? { token: jobToken(how, audience) } : {};
  const authenticate = await identityFor(how, url, { ...token, env: OWN_IDENTITY });
  return { client: createClient({ url, authenticate, fetch: send }), who: user === undefined ? {} : { userid: user } };
}
