import type { JWTPayload } from 'jose';
import { errors, jwtVerify } from 'jose';
import type { Authorizer } from './authorizer.ts';
import { unauthorized } from './authorizer.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { IssuerFault } from './issuer-keys.ts';
import { claimTexts } from './jwt-claims.ts';

/** Whose tokens pass. */
export interface JwtAuthorization {
  /** URL of the issuer, equal to the claim `iss` */
  readonly issuer: string;
  /** A token is for one of these: its claim `aud`, or `client_id` when it has no `aud` */
  readonly audiences: readonly string[];
  readonly keys: IssuerKeys;
}

/** "Currently, only RSA-based algorithms are supported." */
const ALGORITHMS = ['RS256', 'RS384', 'RS512'];

/**
 * Verifies tokens as the JWT authorizer of an HTTP API does, whose identity source is the header `Authorization`.
 *
 * @param nowMs - the clock
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function jwtAuthorizer({ issuer, audiences, keys }: JwtAuthorization, nowMs = Date.now): Authorizer {
  return async ({ headers }) => {
    const token = tokenOf(headers.authorization);
    if (token === undefined) return unauthorized();
    try {
      const currentDate = new Date(nowMs());
      const options = { issuer, currentDate, algorithms: ALGORITHMS, requiredClaims: ['exp'] };
      const { payload } = await jwtVerify(token, keys.find, options);
      if (!isForOneOf(audiences, payload)) return unauthorized('the token does not have a valid audience');
      if (isOfTheFuture(payload, currentDate)) return unauthorized(DESCRIPTIONS.iat);
      return { caller: { jwt: { claims: claimTexts(payload), scopes: null } } };
    } catch (fault) {
      return unauthorized(descriptionOf(fault));
    }
  };
}

/** "The identitySource can include only the token, or the token prefixed with Bearer." */
function tokenOf(authorization = ''): string | undefined {
  return /^(?:Bearer +)?(\S+)$/i.exec(authorization)?.[1];
}

/** "API Gateway validates `client_id` only if `aud` is not present." */
function isForOneOf(audiences: readonly string[], { aud, client_id: clientId }: JWTPayload): boolean {
  const named: unknown[] = aud === undefined ? [clientId] : [aud].flat();
  return named.some((audience) => typeof audience === 'string' && audiences.includes(audience));
}

/** `jose` checks `iat` only together with a longest age. */
function isOfTheFuture({ iat = 0 }: JWTPayload, now: Date): boolean {
  return iat > now.getTime() / 1000;
}

const DESCRIPTIONS = {
  iss: 'the token does not have a valid issuer',
  exp: 'the token does not have a valid end',
  nbf: 'the token is not valid yet',
  iat: 'the token is not issued yet',
};

/** What is wrong, for the caller. @throws what is not a fault of the token or of its issuer */
function descriptionOf(fault: unknown): string {
  if (fault instanceof IssuerFault) return fault.description;
  if (fault instanceof errors.JWTExpired) return 'the token has expired';
  if (fault instanceof errors.JWKSNoMatchingKey) return 'no key of the issuer has the kid of the token';
  if (fault instanceof errors.JOSEAlgNotAllowed) return 'the token is not signed by an RSA-based algorithm';
  if (fault instanceof errors.JWTClaimValidationFailed && fault.claim in DESCRIPTIONS) {
    return DESCRIPTIONS[fault.claim as keyof typeof DESCRIPTIONS];
  }
  if (fault instanceof errors.JOSEError) return 'the token is not valid';
  throw fault;
}
