import type { APIGatewayProxyEventV2, APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import type { CallerOf } from './caller.ts';
import { admitted, callerNamed, unusable } from './caller.ts';
import { templateOf } from './template.ts';

/** What the claims of a token mean. */
export interface JwtIdentities {
  /** The user id as claims in braces with text between, such as `{repository}@{run_id}`. */
  readonly userId: string;
  /** Claim that makes an operator; the empty string for none. */
  readonly operatorClaim: string;
  /** Values of that claim that make an operator. */
  readonly operatorValues: readonly string[];
}

const DETAIL =
  'this call is for operators: the token lacks the claim that JWT_OPERATOR_CLAIM and JWT_OPERATOR_VALUES ask for';

/** `AUTHORIZATION=jwt`: callers send a token, and API Gateway verifies issuer, audience, time and signature. */
export function jwtCallers({ userId, operatorClaim, operatorValues }: JwtIdentities): CallerOf {
  const userIdOf = templateOf(userId);
  return (event, audience, facts) => {
    const claims = claimsOf(event);
    const isOperator =
      operatorClaim !== '' && valuesOf(claims(operatorClaim)).some((one) => operatorValues.includes(one));
    return admitted(callerNamed(userIdOf(claims), isOperator), audience, facts, DETAIL);
  };
}

/** API Gateway sets this on routes with a JWT authorizer only; a caller can't. It writes every claim as a string. */
function claimsOf(event: APIGatewayProxyEventV2): (name: string) => string | undefined {
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
