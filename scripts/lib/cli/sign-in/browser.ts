import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Configuration } from 'openid-client';
import * as oidc from 'openid-client';
import { CommandError } from '../command-error.ts';
import type { GivenTokens, Visit } from './flow.ts';
import { issuerFault } from './issuer.ts';

/** How long somebody may take to sign in. */
const PATIENCE_MS = 600_000;

const PATH = '/callback';

/**
 * Signs in with the browser: by authorization code with PKCE. The issuer leads the browser back to this computer.
 *
 * @param port - of the address that the issuer leads back to; some issuers know only fixed ones. 0 for any
 * @see https://www.rfc-editor.org/rfc/rfc8252 OAuth 2.0 for Native Apps
 */
export async function signInByBrowser(config: Configuration, visit: Visit, port: number): Promise<GivenTokens> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch(portTaken);
  try {
    const { port: taken } = server.address() as AddressInfo;
    return await signedIn(config, visit, server, `http://127.0.0.1:${taken}${PATH}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** @throws CommandError that says which option names another */
function portTaken(cause: Error): never {
  const next = 'name another port that the identity provider knows: --port PORT';
  throw new CommandError(`the browser can't be led back: ${cause.message}`, 'failed', [next], { cause });
}

async function signedIn(
  config: Configuration,
  { scopes, say, open, signal }: Visit,
  server: Server,
  redirectUri: string,
): Promise<GivenTokens> {
  const [pkceCodeVerifier, expectedState, expectedNonce] = secrets();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: scopes,
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  say(`Sign in with your browser. If none opens, go to:\n  ${url.href}`);
  await open(url.href);
  const { answer, response } = await leadBack(server, redirectUri, expectedState, signal);
  try {
    const tokens = await oidc.authorizationCodeGrant(config, answer, {
      pkceCodeVerifier,
      expectedState,
      expectedNonce,
    });
    await show(response, 'You are signed in. Go back to the terminal.');
    return tokens;
  } catch (cause) {
    await show(response, 'You are not signed in. The terminal says why.');
    throw issuerFault('the issuer did not sign you in', cause);
  }
}

function secrets(): [verifier: string, state: string, nonce: string] {
  return [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
}

/** Waits until the issuer leads the browser back. Whatever else asks this server gets nothing. */
async function leadBack(server: Server, redirectUri: string, state: string, signal: AbortSignal) {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  limit.throwIfAborted();
  return new Promise<{ answer: URL; response: ServerResponse }>((resolve, reject) => {
    limit.addEventListener('abort', () => {
      reject(limit.reason as Error);
    });
    server.on('request', (request, response) => {
      const answer = new URL(request.url ?? '/', redirectUri);
      if (answer.pathname === PATH && answer.searchParams.get('state') === state) resolve({ answer, response });
      else response.writeHead(404).end();
    });
  });
}

async function show(response: ServerResponse, sentence: string): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    'cache-control': 'no-store',
    connection: 'close',
  });
  const sent = once(response, 'close');
  response.end(`<!doctype html><html lang="en"><title>vm-pool</title><p>${sentence}</p>`);
  await sent;
}
