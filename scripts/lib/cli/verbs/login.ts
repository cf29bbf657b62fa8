import { Refused } from '../../../../lambda/client/refused.ts';
import type { JwtSignIn } from '../../../../lambda/client/sign-in.ts';
import { CommandError } from '../command-error.ts';
import type { Context } from '../context.ts';
import type { Run } from '../verb.ts';

interface LoginOptions {
  readonly device?: true;
  readonly port?: number;
}

/** What the command says of the caller. */
interface Identity {
  readonly url: string;
  readonly authorization: string;
  /** What proves it. */
  readonly by?: string;
  /** What the service says of the caller. */
  readonly service?: string;
}

/** Signs in, in the way that the service wants, and says whom the service takes the caller for. */
export const run: Run<LoginOptions> = async (context, { options }) => {
  const { output, signIn, settings } = context;
  const { url } = settings;
  const asked = await signIn();
  const { authorization } = asked;
  if (asked.authorization === 'jwt') await signInAt(asked, context, options);
  const identity: Identity =
    asked.authorization === 'none'
      ? { url, authorization }
      : { url, authorization, by: provenBy(asked.authorization, context), service: await ownName(context) };
  await output.answer(identity, identityText);
  return undefined;
};

function identityText({ url, by, service }: Identity): string {
  if (by === undefined)
    return `${url} asks nobody who they are, so there is nothing to sign in to. Say who borrows by --user.`;
  return `You call ${url} by ${by}.\nThe service says: ${service ?? ''}.`;
}

function provenBy(authorization: 'iam' | 'jwt', { env, settings }: Context): string {
  if (authorization === 'jwt') return env.VM_POOL_TOKEN ? 'the token in VM_POOL_TOKEN' : 'the token of your sign-in';
  const profile = settings.awsProfile ?? env.AWS_PROFILE;
  if (profile) return `the AWS profile ${profile}`;
  return env.AWS_ACCESS_KEY_ID ? 'the AWS credentials in the environment' : 'the AWS credentials of this computer';
}

/** The API has no call that names its caller, but each answer about a lease does. */
async function ownName({ client, signal }: Context): Promise<string> {
  try {
    const { lease, vm } = await (await client()).call('GET /lease', {}, { signal });
    return `${lease.userid} holds ${vm.id}`;
  } catch (error) {
    if (error instanceof Refused && error.code === 'no_lease') return error.message;
    throw error;
  }
}

/** Gets tokens from the issuer, and keeps them. A token in the environment goes before them. */
async function signInAt(asked: JwtSignIn, context: Context, { device, port = 0 }: LoginOptions): Promise<void> {
  const { env, settings, stateFolder, output, signal, openBrowser } = context;
  if (env.VM_POOL_TOKEN) return;
  const { clientId } = asked;
  if (clientId === undefined) throw clientMissing(asked);
  const { discover } = await import('../sign-in/issuer.ts');
  const config = await discover(asked.issuer, clientId, context);
  const visit = { scopes: asked.scopes, say: output.ask, open: openBrowser, signal };
  const tokens =
    device === true
      ? await (await import('../sign-in/device.ts')).signInByDevice(config, visit)
      : await (await import('../sign-in/browser.ts')).signInByBrowser(config, visit, port);
  const { TokenFile } = await import('../sign-in/token-file.ts');
  const { access_token, id_token, refresh_token } = tokens;
  const file = new TokenFile(stateFolder, settings.url);
  await file.write({ url: settings.url, issuer: asked.issuer, clientId, access_token, id_token, refresh_token });
}

function clientMissing({ issuer }: JwtSignIn): CommandError {
  return new CommandError('this deployment names no client to sign in with', 'notAllowed', [
    `set VM_POOL_TOKEN to a token of ${issuer}`,
    'or ask who runs it to set sign_in_client_id (SIGN_IN_CLIENT_ID on a laptop)',
  ]);
}
