import type { IdTokenClaims } from 'oidc-client-ts';

/** What an issuer gave, named as OpenID Connect names it. */
export interface KeptTokens {
  readonly access_token: string;
  readonly id_token?: string;
  readonly refresh_token?: string | undefined;
  /** Epoch seconds */
  readonly expires_at?: number;
  /** Claims of the ID token */
  readonly profile: IdTokenClaims;
}

const KEY = 'vm-pool.tokens';

/** How long before their end tokens are replaced, milliseconds. */
const REPLACED_MS = 30_000;

/** The tokens of this tab. */
export function keptTokens(): KeptTokens | undefined {
  const text = sessionStorage.getItem(KEY);
  return text === null ? undefined : (JSON.parse(text) as KeptTokens);
}

/** Keeps tokens until the tab is closed. */
export function keepTokens(tokens: KeptTokens): void {
  sessionStorage.setItem(KEY, JSON.stringify(tokens));
}

/** Forgets them. */
export function forgetTokens(): void {
  sessionStorage.removeItem(KEY);
}

/** Whether tokens have ended, or do so soon. The ID token may end before the access token. */
export function isOver({ expires_at: access, profile: { exp } }: KeptTokens, nowMs: number): boolean {
  const ends = [access, exp].filter((end) => typeof end === 'number');
  return ends.some((end) => end * 1000 - REPLACED_MS < nowMs);
}

/** How the issuer calls the person. */
export function nameIn({ profile }: KeptTokens): string {
  return profile.preferred_username ?? profile.email ?? profile.name ?? profile.sub;
}
