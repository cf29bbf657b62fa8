/** Who calls, in the way that a deployment wants: a signature of AWS, a token, or nothing. */
import type { Authenticate } from '../../../lambda/client/client.ts';
import type { SignIn } from '../../../lambda/client/sign-in.ts';
import { isTamperProof } from '../gateway/loopback.ts';
import type { IdentityOptions } from './identity-options.ts';
import { IdentityMissing, TokenExposed } from './identity-options.ts';

/**
 * Says who calls, in the way that the deployment wants. It looks at once whether there is an identity.
 *
 * @param signIn - what `GET /sign-in` answers
 * @param url - base URL of the API
 * @throws {@link IdentityMissing} that names what to set
 * @throws {@link TokenExposed} when a token would travel unencrypted to another computer
 */
export async function identityFor(signIn: SignIn, url: string, options: IdentityOptions): Promise<Authenticate> {
  switch (signIn.authorization) {
    case 'none':
      return async () => ({});
    case 'iam': {
      const { signature } = await import('./signature.ts');
      return signature(signIn.region, url, options);
    }
    case 'jwt':
      if (!isTamperProof(new URL(url))) {
        throw new TokenExposed(`a token goes by https only, or to this computer; not to ${url}`);
      }
      return bearer(signIn.issuer, options);
  }
}

async function bearer(issuer: string, { token, env }: IdentityOptions): Promise<Authenticate> {
  const found = async () => {
    const { VM_POOL_TOKEN: given = '' } = env;
    const sent = given === '' ? await token?.() : given;
    if (!sent) throw new IdentityMissing(`this deployment wants a token of ${issuer}: set VM_POOL_TOKEN`);
    return sent;
  };
  await found();
  return async () => ({ authorization: `Bearer ${await found()}` });
}
