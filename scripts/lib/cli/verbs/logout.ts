import type { Context } from '../context.ts';
import type { StoredTokens } from '../sign-in/token-file.ts';
import { TokenFile } from '../sign-in/token-file.ts';
import type { Run } from '../verb.ts';

/** Forgets the tokens of the deployment, and has the issuer revoke them where it can. */
export const run: Run = async (context) => {
  const { settings, stateFolder, output } = context;
  const { url } = settings;
  const file = new TokenFile(stateFolder, url);
  const stored = await file.read();
  await file.remove();
  const revoked = stored !== undefined && (await revoke(stored, context));
  await output.answer({ url, wasSignedIn: stored !== undefined, revoked }, ({ wasSignedIn }) =>
    wasSignedIn ? `You are signed out of ${url}.` : `You were not signed in to ${url}.`,
  );
  return undefined;
};

/**
 * @returns whether the issuer revoked the token that renews the others
 * @see https://www.rfc-editor.org/rfc/rfc7009
 */
async function revoke({ issuer, clientId, refresh_token }: StoredTokens, context: Context): Promise<boolean> {
  if (refresh_token === undefined) return false;
  try {
    const { discover } = await import('../sign-in/issuer.ts');
    const { tokenRevocation } = await import('openid-client');
    const config = await discover(issuer, clientId, context);
    if (config.serverMetadata().revocation_endpoint === undefined) return false;
    await tokenRevocation(config, refresh_token, { token_type_hint: 'refresh_token' });
    return true;
  } catch (error) {
    context.output.note(`the token is gone from this computer; the issuer did not revoke it: ${String(error)}`);
    return false;
  }
}
