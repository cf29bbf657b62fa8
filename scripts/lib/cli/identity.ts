import type { Authenticate } from '../../../lambda/client/client.ts';
import type { SignIn } from '../../../lambda/client/sign-in.ts';
import { identityFor } from '../client/identity.ts';
import { IdentityMissing, TokenExposed } from '../client/identity-options.ts';
import { regionIn } from '../client/region.ts';
import { CommandError, misuse } from './command-error.ts';
import type { Settings } from './settings/settings.ts';
import type { World } from './world.ts';

/**
 * Says who calls, in the way that the service wants. Where it asks nobody who borrows, it still asks operators: for a
 * name on a laptop, for a signature on AWS.
 *
 * @throws CommandError when somebody must sign in first
 */
export async function identityOf(
  asked: SignIn,
  { url, awsProfile, operator }: Settings,
  stateFolder: string,
  world: World,
  isOperator: boolean,
): Promise<Authenticate> {
  if (asked.authorization === 'none' && operator !== undefined) return async () => ({ 'x-operator': operator });
  const wanted = asked.authorization === 'none' && isOperator && regionIn(url) !== undefined ? SIGNED : asked;
  const options = { awsProfile, env: world.env, token: () => storedToken(wanted, url, stateFolder, world) };
  const authenticate = await signedIn(wanted, url, () => identityFor(wanted, url, options));
  return (request) => signedIn(wanted, url, () => authenticate(request));
}

/** The URL of an API on AWS names its region. */
const SIGNED: SignIn = { authorization: 'iam', region: '' };

async function storedToken(asked: SignIn, url: string, folder: string, world: World): Promise<string | undefined> {
  if (asked.authorization !== 'jwt') return undefined;
  const { freshToken } = await import('./sign-in/fresh-token.ts');
  const { TokenFile } = await import('./sign-in/token-file.ts');
  return freshToken(asked, new TokenFile(folder, url), world);
}

async function signedIn<Value>(wanted: SignIn, url: string, act: () => Promise<Value>): Promise<Value> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof TokenExposed) throw misuse(cause.message, 'give the https URL of the API');
    if (!(cause instanceof IdentityMissing)) throw cause;
    throw wanted.authorization === 'jwt'
      ? new CommandError(`you are not signed in to ${url}`, 'notAllowed', ['sign in: vm-pool login'], { cause })
      : new CommandError(cause.message, 'notAllowed', ['sign in to AWS, for example by: aws sso login'], { cause });
  }
}
