import type { APIGatewayEventRequestContextIAMAuthorizer, APIGatewayProxyEventV2 } from 'aws-lambda';
import type { RoutedRequest } from './event.ts';
import type { HttpResponse } from './response.ts';
import { ownResponse } from './response.ts';

/** What API Gateway writes into `requestContext.authorizer` about a caller that it has verified. */
export type VerifiedCaller =
  | {
      readonly jwt: {
        /** Each claim as a text; see `claimTexts` */
        readonly claims: Readonly<Record<string, string>>;
        /** null on routes that demand no scope, as all of this API */
        readonly scopes: null;
      };
    }
  | APIGatewayEventRequestContextIAMAuthorizer;

/** The caller, or the answer that API Gateway gives in place of the function. */
export type Verdict = { readonly caller: VerifiedCaller } | { readonly refusal: HttpResponse };

/**
 * Decides who makes a request. It runs before the function, which never sees a request that it refuses.
 *
 * @param event - what the function would get
 * @param routed - the request as it was sent, which a signature covers
 */
export type Authorizer = (event: APIGatewayProxyEventV2, routed: RoutedRequest) => Promise<Verdict>;

/** API Gateway's answer to a request that IAM refuses. It never says why. */
export const FORBIDDEN: Verdict = { refusal: ownResponse(403, '{"message":"Forbidden"}') };

/**
 * API Gateway's answer to a request without a valid token.
 *
 * @param description - what is wrong with the token; absent when there is none
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html
 */
export function unauthorized(description?: string): Verdict {
  const { headers, ...answer } = ownResponse(401, '{"message":"Unauthorized"}');
  const fault = description === undefined ? '' : ` scope="" error="invalid_token" error_description="${description}"`;
  return { refusal: { ...answer, headers: { ...headers, 'www-authenticate': `Bearer${fault}` } } };
}

/** The event of a request whose caller is verified. */
export function withCaller(event: APIGatewayProxyEventV2, authorizer: VerifiedCaller): APIGatewayProxyEventV2 {
  const requestContext = { ...event.requestContext, authorizer };
  return { ...event, requestContext };
}
