import type { Authenticate } from '../../../lambda/client/client.ts';
import type { SignIn } from '../../../lambda/client/sign-in.ts';
import { IdentityMissing, identityOf as identityIn } from '../api-client/identity.ts';
import { CommandError } from './command-error.ts';
import type { Settings } from './settings/settings.ts';
import type { World } from './world.ts';

/**
 * Says who calls, in the way that the service wants. Where it asks nobody who borrows, it still asks operators: for a
 * name on this computer, for a signature on AWS.
 */
export async function identityOf(
  asked: SignIn,
  { url, operator }: Settings,
  { env }: World,
  isOperator: boolean,
): Promise<Authenticate> {
  if (asked.authorization === 'none' && operator !== undefined) return async () => ({ 'x-operator': operator });
  const guard = asked.authorization === 'none' && isOperator && isOnAws(url) ? 'iam' : asked.authorization;
  const authenticate = found(() => identityIn(guard, url, env));
  return async (request) =>
    authenticate({
      method: request.method,
      url: new URL(request.url),
      headers: Object.fromEntries(request.headers),
      body: request.body === null ? undefined : await request.clone().text(),
    });
}

function found<Value>(identity: () => Value): Value {
  try {
    return identity();
  } catch (error) {
    if (error instanceof IdentityMissing) throw new CommandError(error.message, 'notAllowed');
    throw error;
  }
}

const EXECUTE_API = /[.]execute-api[.]([a-z0-9-]+)[.]amazonaws[.]/;

function isOnAws(url: string): boolean {
  return EXECUTE_API.test(new URL(url).hostname);
}
