/** Signs in by authorization code with PKCE. Tokens live in the session storage: they end with the tab. */
import type { CreateSignoutRequestArgs, SigninResponse } from 'oidc-client-ts';
import { ErrorResponse, OidcClient, WebStorageStateStore } from 'oidc-client-ts';
import { Unreachable } from '../../client/refused.ts';
import type { JwtSignIn } from '../../client/sign-in.ts';
import { bearerOf } from '../../client/sign-in.ts';
import type { Issuer, SignedIn } from './issuer.ts';
import type { KeptTokens } from './kept-tokens.ts';
import { forgetTokens, isOver, keepTokens, keptTokens, nameIn } from './kept-tokens.ts';

/** What a deployment says of its issuer, with a client for this page. */
export type IssuerSettings = JwtSignIn & { readonly clientId: string };

/** Makes the way to sign in. @param pageUrl - address of this page, where the issuer leads back to */
export function openIssuer(settings: IssuerSettings, pageUrl: string): Issuer {
  const client = new OidcClient({
    authority: settings.issuer,
    client_id: settings.clientId,
    redirect_uri: pageUrl,
    post_logout_redirect_uri: pageUrl,
    scope: settings.scopes,
    requestTimeoutInSeconds: 10,
    stateStore: new WebStorageStateStore({ store: sessionStorage, prefix: 'vm-pool.sign-in.' }),
  });
  return new OidcIssuer(client, settings, pageUrl);
}

class OidcIssuer implements Issuer {
  private refreshing: Promise<KeptTokens | undefined> | undefined;

  constructor(
    private readonly client: OidcClient,
    private readonly settings: JwtSignIn,
    private readonly pageUrl: string,
  ) {}

  async current(): Promise<SignedIn | undefined> {
    if (isAnswer(location.search)) await this.takeAnswer();
    const kept = keptTokens();
    if (kept === undefined) return undefined;
    return {
      name: nameIn(kept),
      token: async () => {
        const tokens = await this.fresh();
        return tokens && bearerOf(this.settings, tokens);
      },
      signOut: () => this.signOut(),
    };
  }

  async signIn(): Promise<void> {
    const { url } = await this.client.createSigninRequest({ state: location.hash });
    location.assign(url);
  }

  /** Exchanges the code for tokens. The code leaves the address first, so that no reload sends it again. */
  private async takeAnswer(): Promise<void> {
    const { href } = location;
    history.replaceState(null, '', this.pageUrl);
    const response = await this.client.processSigninResponse(href);
    keepTokens(tokensOf(response));
    const { userState: hash } = response;
    if (typeof hash === 'string' && hash !== '') history.replaceState(null, '', this.pageUrl + hash);
  }

  /** The tokens, refreshed if they end soon. All who ask meanwhile share one request: an issuer may take a refresh token once. */
  private async fresh(): Promise<KeptTokens | undefined> {
    const kept = keptTokens();
    if (kept === undefined || !isOver(kept, Date.now())) return kept;
    this.refreshing ??= this.refresh(kept).finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  /** @throws {@link Unreachable} when the issuer does not answer and the tokens are over */
  private async refresh(kept: KeptTokens): Promise<KeptTokens | undefined> {
    if (kept.refresh_token === undefined) return undefined;
    try {
      const refreshed = { ...kept, ...tokensOf(await this.renewed(kept, kept.refresh_token)) };
      return this.replace(refreshed);
    } catch (fault) {
      if (!(fault instanceof ErrorResponse)) throw new Unreachable(this.settings.issuer, fault);
      // The issuer takes the refresh token no longer: the session is over.
      this.replace({ ...kept, refresh_token: undefined });
      return undefined;
    }
  }

  /** Keeps tokens in place of others, unless the person has signed out meanwhile. */
  private replace(tokens: KeptTokens): KeptTokens | undefined {
    if (keptTokens() === undefined) return undefined;
    keepTokens(tokens);
    return tokens;
  }

  /** Without a scope the tokens get the one that they have; the issuer may have granted less than was asked for. */
  private async renewed({ profile, id_token }: KeptTokens, refresh_token: string): Promise<SigninResponse> {
    const state = { refresh_token, profile, session_state: null, ...(id_token !== undefined && { id_token }) };
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the package keeps the class to itself
    return this.client.useRefreshToken({ state });
  }

  private async signOut(): Promise<void> {
    const kept = keptTokens();
    forgetTokens();
    // Not every issuer takes a token back; the session here is over all the same.
    if (kept?.refresh_token) await this.client.revokeToken(kept.refresh_token, 'refresh_token').catch(() => undefined);
    // An issuer that has no such address, or is away, keeps its own session.
    const request = await this.client.createSignoutRequest(this.signOutOf(kept)).catch(() => undefined);
    location.assign(request?.url ?? this.pageUrl);
  }

  private signOutOf(kept: KeptTokens | undefined): CreateSignoutRequestArgs {
    return {
      ...(kept?.id_token !== undefined && { id_token_hint: kept.id_token }),
      // Cognito's name for the address to come back to.
      extraQueryParams: { logout_uri: this.pageUrl },
    };
  }
}

/** Whether the issuer has led back here. */
function isAnswer(search: string): boolean {
  const query = new URLSearchParams(search);
  return query.has('state') && (query.has('code') || query.has('error'));
}

function tokensOf({ access_token, id_token, refresh_token, expires_at, profile }: SigninResponse): KeptTokens {
  return {
    access_token,
    profile,
    ...(id_token !== undefined && { id_token }),
    ...(refresh_token !== undefined && { refresh_token }),
    ...(expires_at !== undefined && { expires_at }),
  };
}
