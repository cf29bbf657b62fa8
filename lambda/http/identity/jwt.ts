import type { APIGatewayProxyEventV2, APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import type { CallerOf } from './caller.ts';
import { admitted, callerNamed, unusable } from './caller.ts';
import { templateOf } from './template.ts';

/** What the claims of a token mean. */
export interface JwtIdentities {
  /** The user id as claims in braces with text between, such as `{repository}@{run_id}`. */
  readonly userId: string;
  /** `claim=value` that a token must have; of the values of one claim, one is enough. */
  readonly requiredClaims: readonly string[];
  /** Claim that makes an operator; the empty string for none. */
  readonly operatorClaim: string;
  /** Values of that claim that make an operator. */
  readonly operatorValues: readonly string[];
}

const DETAIL =
  'this call is for operators: the token lacks the claim that JWT_OPERATOR_CLAIM and JWT_OPERATOR_VALUES ask for';

/**
 * `AUTHORIZATION=jwt`: callers send a token, and API Gateway verifies issuer, audience, time and signature. It asks for
 * no other claim, so the required ones are checked here: some issuers give everybody a token for any audience.
 */
export function jwtCallers({ userId, requiredClaims, operatorClaim, operatorValues }: JwtIdentities): CallerOf {
  const userIdOf = templateOf(userId);
  const required = valuesByClaim(requiredClaims);
  return (event, audience, facts) => {
    const claims = claimsOf(event);
    requireClaims(claims, required);
    const isOperator =
      operatorClaim !== '' && valuesOf(claims(operatorClaim)).some((one) => operatorValues.includes(one));
    return admitted(callerNamed(userIdOf(claims), isOperator), audience, facts, DETAIL);
  };
}

/** The claims of a token, by name. */
type Claims = (name: string) => string | undefined;

function valuesByClaim(requiredClaims: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const required of requiredClaims) {
    const [name = ''] = required.split('=', 1);
    values.set(name, [...(values.get(name) ?? []), required.slice(name.length + 1)]);
  }
  return values;
}

function requireClaims(claims: Claims, required: ReadonlyMap<string, readonly string[]>): void {
  for (const [name, wanted] of required) {
    if (!valuesOf(claims(name)).some((value) => wanted.includes(value))) {
      throw unusable(`the claim ${name} of the token is not one that this deployment lends to`);
    }
  }
}

/** API Gateway sets this on routes with a JWT authorizer only; a caller can't. It writes every claim as a string. */
function claimsOf(event: APIGatewayProxyEventV2): Claims {
  const { authorizer } = event.requestContext as Partial<APIGatewayProxyEventV2WithJWTAuthorizer['requestContext']>;
  const claims = (authorizer as Partial<typeof authorizer>)?.jwt?.claims;
  if (claims === undefined) throw unusable('the request has no token that API Gateway has verified');
  return (name) => {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  };
}

/**
 * The values of a claim. API Gateway writes a list as `[one two]`, so a value with a space in it can't be told from
 * two; the settings allow none.
 */
function valuesOf(claim: string | undefined): string[] {
  if (claim === undefined) return [];
  return /^\[.*\]$/.test(claim) ? claim.slice(1, -1).split(' ') : [claim];
}
