/** How a deployment wants to know its callers, and what a caller sends for it. */
import type { CallOptions, Client } from './client.ts';
import { createClient } from './client.ts';
import { Refused } from './refused.ts';
import type { AnswerOf } from './routes.ts';

type Answer = AnswerOf<'GET /sign-in'>;

/** Callers prove who they are by a token of this issuer. `clientId` is a public client with PKCE, where there is one. */
export type JwtSignIn = { readonly authorization: 'jwt' } & Pick<Answer, 'clientId'> &
  Required<Pick<Answer, 'issuer' | 'audiences' | 'scopes'>>;

/** What `GET /sign-in` answers, by what the deployment wants to see. */
export type SignIn =
  | { readonly authorization: 'none' }
  | ({ readonly authorization: 'iam' } & Required<Pick<Answer, 'region'>>)
  | JwtSignIn;

/** Asks a deployment how its callers prove who they are. */
export async function signIn(url: string, fetch?: typeof globalThis.fetch): Promise<SignIn> {
  return signInBy(createClient({ url, fetch }));
}

const KNOWN: ReadonlySet<unknown> = new Set<SignIn['authorization']>(['none', 'iam', 'jwt']);

/** The same by a client. @throws {@link Refused} when another server answers in place of the API */
export async function signInBy(client: Client, options?: CallOptions): Promise<SignIn> {
  const answer: unknown = await client.call('GET /sign-in', {}, options);
  if (KNOWN.has((Object(answer) as Partial<SignIn>).authorization)) return answer as SignIn;
  throw new Refused(200, { message: 'another server answered in place of the API; is the URL right?' });
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
