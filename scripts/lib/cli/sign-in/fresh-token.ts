import { decodeJwt } from 'jose';
import type { JwtSignIn } from '../../../../lambda/client/sign-in.ts';
import { bearerOf } from '../../../../lambda/client/sign-in.ts';
import type { World } from '../world.ts';
import type { StoredTokens, TokenFile } from './token-file.ts';

/** A token that ends sooner is renewed: it must outlive a request and its retries. */
const LEAST_LEFT_MS = 90_000;

/**
 * The token to send, renewed silently when it is about to end.
 *
 * @param asked - what the deployment wants now; tokens of another issuer are never sent
 * @returns undefined when somebody must sign in
 */
export async function freshToken(
  asked: JwtSignIn,
  file: TokenFile,
  world: Pick<World, 'clock' | 'fetch'>,
): Promise<string | undefined> {
  const stored = await file.read();
  if (stored?.issuer !== asked.issuer) return undefined;
  const token = bearerOf(asked, stored);
  const leftMs = endMs(token) - world.clock();
  if (leftMs > LEAST_LEFT_MS) return token;
  const renewed = await renewedTokens(stored, file, world);
  return renewed === undefined ? whileValid(token, leftMs) : bearerOf(asked, renewed);
}

function whileValid(token: string | undefined, leftMs: number): string | undefined {
  return leftMs > 0 ? token : undefined;
}

/** When a token ends, epoch milliseconds; 0 for one that does not say so. */
function endMs(token: string | undefined): number {
  try {
    return (decodeJwt(token ?? '').exp ?? 0) * 1000;
  } catch {
    return 0;
  }
}

/** @returns undefined when the issuer gives none any more */
async function renewedTokens(
  stored: StoredTokens,
  file: TokenFile,
  world: Pick<World, 'fetch'>,
): Promise<StoredTokens | undefined> {
  if (stored.refresh_token === undefined) return undefined;
  const { discover, issuerFault } = await import('./issuer.ts');
  const { refreshTokenGrant, ResponseBodyError } = await import('openid-client');
  const config = await discover(stored.issuer, stored.clientId, world);
  try {
    const { access_token, id_token, refresh_token } = await refreshTokenGrant(config, stored.refresh_token);
    const renewed = {
      ...stored,
      access_token,
      id_token: id_token ?? stored.id_token,
      refresh_token: refresh_token ?? stored.refresh_token,
    };
    await file.write(renewed);
    return renewed;
  } catch (error) {
    if (!(error instanceof ResponseBodyError)) throw issuerFault('the issuer did not renew your token', error);
    // A refresh token works once: another command may have been faster.
    const now = await file.read();
    return now?.refresh_token === stored.refresh_token ? undefined : now;
  }
}
