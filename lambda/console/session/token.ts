import { createClient } from '../../client/client.ts';
import { datedFetch } from '../live/service-clock.ts';
import type { Issuer, SignedIn } from './issuer.ts';
import { RETRY_FOR_MS } from './named.ts';
import type { Session } from './session.ts';

/** The session of somebody who has signed in. Without a token the API answers 401: the session has ended. */
export function tokenSession(url: string, issuer: Issuer, { name, token, signOut }: SignedIn): Session {
  const authenticate = async (): Promise<Readonly<Record<string, string>>> => {
    const bearer = await token();
    return bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  };
  return {
    client: createClient({ url, retryForMs: RETRY_FOR_MS, fetch: datedFetch, authenticate }),
    who: {},
    name,
    operator: 'unknown',
    leaveLabel: 'Sign out',
    leave: signOut,
    enter: () => issuer.signIn(),
  };
}
