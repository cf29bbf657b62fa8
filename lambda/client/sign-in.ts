/** How a deployment wants to know its callers, and what a caller sends for it. */
import { createClient } from './client.ts';
import type { Route } from './routes.ts';

/** Callers prove who they are by a token of this issuer. */
export interface JwtSignIn {
  readonly authorization: 'jwt';
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** A public client with PKCE; absent where the deployment names none. */
  readonly clientId?: string;
  readonly scopes: string;
}

/** What `GET /sign-in` answers. */
export type SignIn =
  { readonly authorization: 'none' } | { readonly authorization: 'iam'; readonly region: string } | JwtSignIn;

/** Asks a deployment how its callers prove who they are. */
export async function signIn(url: string, fetch?: typeof globalThis.fetch): Promise<SignIn> {
  return (await createClient({ url, fetch }).call('GET /sign-in' as Route)) as unknown as SignIn;
}

/** Tokens of an issuer, named as OpenID Connect names them. */
export interface Tokens {
  readonly access_token?: string | undefined;
  readonly id_token?: string | undefined;
}

/**
 * The token to send: the access token if the deployment accepts it, else the ID token. Many issuers give access tokens
 * that are not JWTs, or that are meant for another audience; API Gateway wants a JWT.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function bearerOf({ issuer, audiences }: JwtSignIn, { access_token, id_token }: Tokens): string | undefined {
  const { iss, aud, client_id } = claimsOf(access_token);
  // API Gateway reads `client_id` only where `aud` is absent.
  const meant = [aud ?? client_id].flat();
  const isAccepted = iss === issuer && meant.some((one) => audiences.includes(String(one)));
  return isAccepted ? access_token : id_token;
}

/** The claims of a JWT, unverified; an empty object for any other token. */
function claimsOf(token = ''): Readonly<Record<string, unknown>> {
  const [, payload = '', signature] = token.split('.');
  if (signature === undefined) return {};
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    return { ...(JSON.parse(new TextDecoder().decode(bytes)) as object) };
  } catch {
    return {};
  }
}
