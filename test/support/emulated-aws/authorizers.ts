import type { GetAuthorizerResponse } from '@aws-sdk/client-apigatewayv2';
import type { Authorizer } from '../../../scripts/lib/gateway/authorizer.ts';
import { IssuerKeys } from '../../../scripts/lib/gateway/issuer-keys.ts';
import { jwtAuthorizer } from '../../../scripts/lib/gateway/jwt-authorizer.ts';
import type { AwsCaller } from '../identity/aws-callers.ts';
import { iamAuthorizer } from './iam-authorizer.ts';

/** Whose tokens a route accepts. */
export interface Tokens {
  readonly issuer: string;
  readonly audiences: readonly string[];
}

/** Who may call, as far as AWS and the issuers of tokens know. */
export interface Callers {
  /** Everybody with an access key */
  readonly aws?: Iterable<AwsCaller>;
  /** Finds the issuers of tokens. Deployed, their URLs are public ones. */
  readonly fetch?: typeof fetch;
}

interface RouteAuthorization {
  readonly authorization: string;
  readonly tokens?: Tokens;
}

/**
 * The authorizers of an API's guarded routes, by route key.
 *
 * @throws Error when a route has an authorization, but nothing that could judge it
 */
export function authorizersOf(
  routes: ReadonlyMap<string, RouteAuthorization>,
  { aws = [], fetch: toIssuer = fetch }: Callers,
): Map<string, Authorizer> {
  const byIam = iamAuthorizer(aws);
  const keys = new Map<string, IssuerKeys>();
  const byToken = ({ issuer, audiences }: Tokens) => {
    const known = keys.get(issuer) ?? new IssuerKeys(issuer, { fetch: toIssuer });
    keys.set(issuer, known);
    return jwtAuthorizer({ issuer, audiences, keys: known });
  };
  const guarded = [...routes].filter(([, { authorization }]) => authorization !== 'NONE');
  return new Map(
    guarded.map(([key, { authorization, tokens }]) => {
      if (authorization === 'AWS_IAM') return [key, byIam];
      if (authorization === 'JWT' && tokens !== undefined) return [key, byToken(tokens)];
      throw new Error(`${key} has the authorization "${authorization}", without an authorizer`);
    }),
  );
}

/** The issuer and the audiences of an authorizer. @throws Error when it looks elsewhere than the product needs */
export function tokensOf({
  AuthorizerType,
  IdentitySource = [],
  JwtConfiguration = {},
}: GetAuthorizerResponse): Tokens {
  const { Issuer: issuer = '', Audience: audiences = [] } = JwtConfiguration;
  if (AuthorizerType === 'JWT' && IdentitySource.join() === '$request.header.Authorization')
    return { issuer, audiences };
  throw new Error(
    `not an authorizer of tokens in the header Authorization: ${AuthorizerType} ${IdentitySource.join()}`,
  );
}
