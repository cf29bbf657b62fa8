import type { Configuration } from 'openid-client';
import * as oidc from 'openid-client';
import { CommandError } from '../command-error.ts';
import type { World } from '../world.ts';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** Seconds for one request to the issuer. */
const TIMEOUT_SEC = 15;

/**
 * Finds out how an issuer signs people in. Only an issuer on this computer may do without TLS.
 *
 * @param clientId - a public client: PKCE stands in for a secret
 * @throws CommandError when the issuer can't be read
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export async function discover(
  issuer: string,
  clientId: string,
  { fetch }: Pick<World, 'fetch'>,
): Promise<Configuration> {
  const { protocol, hostname } = new URL(issuer);
  const isLocal = protocol === 'http:' && LOOPBACK.includes(hostname);
  try {
    return await oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), {
      timeout: TIMEOUT_SEC,
      [oidc.customFetch]: (url, options) => fetch(url, options as RequestInit),
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that nobody uses it elsewhere
      ...(isLocal && { execute: [oidc.allowInsecureRequests] }),
    });
  } catch (cause) {
    throw issuerFault(`the issuer ${issuer} can't be read`, cause);
  }
}

/** What went wrong between the command and the issuer, in words: the issuer's own where it gave any. */
export function issuerFault(what: string, cause: unknown): CommandError {
  const { error, error_description: description } = cause as { error?: unknown; error_description?: unknown };
  const why = [description, error, reasonIn(cause)].find((one) => typeof one === 'string' && one !== '');
  const exit = typeof error === 'string' ? 'notAllowed' : 'outOfReach';
  return new CommandError(`${what}: ${String(why)}`, exit, [], { cause });
}

/** The innermost reason: `fetch` hides it in the cause. */
function reasonIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonIn(error.cause) : error.message;
}
