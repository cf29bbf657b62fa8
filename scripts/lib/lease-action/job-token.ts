import { getIDToken } from '@actions/core';
import type { JwtSignIn } from '../../../lambda/client/sign-in.ts';

/** The job can't show the service who it is. */
class TokenUnusable extends Error {}

/**
 * Makes the function that fetches a token of this job. Such a token lives five minutes, so each call fetches a new one;
 * the runner masks it.
 *
 * @param audience - what the workflow asks for, never what the service wants: with a token for AWS, a false service
 *   could use the roles that trust this job
 * @throws {@link TokenUnusable} when the job can have no token that the service accepts
 * @see https://docs.github.com/actions/reference/security/oidc
 */
export function jobToken({ issuer, audiences }: JwtSignIn, audience: string): () => Promise<string> {
  if (!process.env.ACTIONS_ID_TOKEN_REQUEST_URL) {
    throw new TokenUnusable(
      "the service wants the job's own token, which this job may not have: add `permissions: id-token: write` to the " +
        'job. A pull request from a fork never gets one',
    );
  }
  if (!audiences.includes(audience)) {
    throw new TokenUnusable(
      `the service accepts no token for ${audience}; its audiences are ${audiences.join(', ')}: ` +
        'give the input audience if one of them is meant for this service only',
    );
  }
  return async () => {
    const token = await getIDToken(audience);
    const from = issuerOf(token);
    if (from !== issuer) throw new TokenUnusable(`the service trusts ${issuer}; the token of this job is from ${from}`);
    return token;
  };
}

function issuerOf(token: string): string {
  const [, claims = ''] = token.split('.');
  const { iss } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iss?: unknown };
  return String(iss);
}
