import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type Provider from 'oidc-provider';
import type { InteractionResults } from 'oidc-provider';
import type { ProviderOptions } from './provider-settings.ts';
import { providerSettings, USERS } from './provider-settings.ts';

/**
 * A real OpenID provider on this computer: authorization code with PKCE, device flow, refresh, revocation, logout. Its
 * public client is `CLIENT_ID`; its access tokens are for `AUDIENCE`. People sign in and agree by forms.
 */
export class OpenIdProvider {
  /** Path and query of each request, in this order. */
  readonly asked: string[] = [];

  private constructor(
    /** The claim `iss`. */
    readonly url: string,
    private readonly server: Server,
    private readonly provider: Provider,
  ) {
    const answer = provider.callback();
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.asked.push(request.url ?? '');
      void (request.url?.startsWith('/interaction/') === true
        ? this.interact(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)))
        : answer(request, response));
    });
  }

  /** Starts one on a free port. */
  static async start(options: ProviderOptions = {}): Promise<OpenIdProvider> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    return new OpenIdProvider(url, server, await quietly(() => makeProvider(url, options)));
  }

  /** Stops it at once. */
  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  /** Shows the form that a sign-in waits for, or takes its answer. */
  private async interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const details = await this.provider.interactionDetails(request, response);
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(details.prompt.name === 'login' ? LOGIN_FORM : CONSENT_FORM);
      return;
    }
    const form = new URLSearchParams(await text(request));
    const result = await this.resultOf(form, details);
    await this.provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  }

  private async resultOf(form: URLSearchParams, { prompt, params, session, grantId }: Details): Promise<Result> {
    const user = form.get('user') ?? '';
    if (form.has('refuse')) return { error: 'access_denied', error_description: 'the user refused' };
    if (prompt.name === 'login') {
      return user in USERS
        ? { login: { accountId: user } }
        : { error: 'access_denied', error_description: 'no such user' };
    }
    const { Grant } = this.provider;
    const { missingOIDCScope = [], missingResourceScopes = {} } = prompt.details as Missing;
    const owner = { accountId: session?.accountId ?? '', clientId: String(params.client_id) };
    const grant = (await Grant.find(grantId ?? '')) ?? new Grant(owner);
    grant.addOIDCScope(missingOIDCScope.join(' '));
    for (const [name, scopes] of Object.entries(missingResourceScopes)) grant.addResourceScope(name, scopes.join(' '));
    return { consent: { grantId: await grant.save() } };
  }
}

type Details = Awaited<ReturnType<Provider['interactionDetails']>>;
type Result = InteractionResults;

/** What a grant still lacks. */
interface Missing {
  readonly missingOIDCScope?: readonly string[];
  readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>;
}

const LOGIN_FORM = `<!doctype html><html lang="en"><title>Sign in</title><form method="post">
<label>User <input name="user" autofocus></label> <button>Sign in</button> <button name="refuse" value="yes">Refuse</button></form>`;

const CONSENT_FORM = `<!doctype html><html lang="en"><title>Allow</title><form method="post">
<button>Allow</button> <button name="refuse" value="yes">Refuse</button></form>`;

async function makeProvider(url: string, options: ProviderOptions): Promise<Provider> {
  await import('./url-parse.ts');
  const { default: Made } = await import('oidc-provider');
  return new Made(url, providerSettings(options));
}

/** The package warns at its start about http, memory, and Node 20, which are what a test wants. */
async function quietly<T>(make: () => Promise<T>): Promise<T> {
  const { info, warn } = console;
  Object.assign(console, { info: () => undefined, warn: () => undefined });
  try {
    return await make();
  } finally {
    Object.assign(console, { info, warn });
  }
}
