import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Authorizer, VerifiedCaller } from '../../../scripts/lib/gateway/authorizer.ts';
import { FORBIDDEN } from '../../../scripts/lib/gateway/authorizer.ts';
import type { RoutedRequest } from '../../../scripts/lib/gateway/event.ts';
import type { Signature } from '../api/signature.ts';
import { readSignature, signatureOf } from '../api/signature.ts';
import type { AwsCaller } from '../identity/aws-callers.ts';
import { isAllowed } from './iam.ts';
import { ACCOUNT_ID, REGION } from './server.ts';

/** "The request must reach AWS within five minutes of the time stamp in the request." */
const LONGEST_WAY_MS = 5 * 60_000;

/**
 * What API Gateway and IAM do on a route with `AWS_IAM` authorization: recompute the signature with the secret of the
 * access key, then judge `execute-api:Invoke` by the caller's policy. A caller of another account is refused, as an
 * HTTP API has no resource policy that could let it in.
 *
 * @param callers - everybody whose access key exists; read at each request
 * @param nowMs - the clock
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
 */
export function iamAuthorizer(callers: Iterable<AwsCaller>, nowMs = Date.now): Authorizer {
  return async (event, routed) => {
    const signature = readSignature(event.headers.authorization);
    const caller = [...callers].find(({ accessKeyId }) => accessKeyId === signature?.accessKeyId);
    if (signature === undefined || caller === undefined) return FORBIDDEN;
    const isRight =
      isForThisApi(signature) &&
      isRecent(event.headers['x-amz-date'], signature, nowMs()) &&
      coversWhatItMust(event.headers, signature) &&
      event.headers['x-amz-security-token'] === caller.sessionToken &&
      signature.signature === signatureOf(sent(event, routed), signature, caller.secretAccessKey);
    return isRight && (await mayInvoke(event, caller)) ? { caller: described(caller) } : FORBIDDEN;
  };
}

function isForThisApi({ scope }: Signature): boolean {
  return scope.region === REGION && scope.service === 'execute-api';
}

function isRecent(date = '', { scope }: Signature, nowMs: number): boolean {
  const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return date.startsWith(scope.day) && Math.abs(nowMs - Date.parse(iso)) <= LONGEST_WAY_MS;
}

/** "You must include the host header and any x-amz-* headers in the request." */
function coversWhatItMust(headers: APIGatewayProxyEventV2['headers'], { signedHeaders }: Signature): boolean {
  const needed = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-amz-'));
  return needed.every((name) => signedHeaders.includes(name)) && signedHeaders.every((name) => name in headers);
}

function sent({ headers }: APIGatewayProxyEventV2, { request, path, rawQueryString, body }: RoutedRequest) {
  return { method: request.method ?? '', path, rawQueryString, headers, body: body ?? '' };
}

/** A caller who has no policy here may do everything, as an administrator. */
async function mayInvoke({ requestContext, rawPath }: APIGatewayProxyEventV2, caller: AwsCaller): Promise<boolean> {
  if (caller.accountId !== ACCOUNT_ID) return false;
  if (caller.policy === undefined) return true;
  const { apiId, stage, http } = requestContext;
  const path = rawPath.slice(`/${stage}/`.length);
  return isAllowed({
    action: 'execute-api:Invoke',
    resource: `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${apiId}/${stage}/${http.method}/${path}`,
    principal: caller.userArn,
    identityPolicies: [{ name: 'caller', policy: caller.policy }],
  });
}

function described({ accessKeyId, accountId, userArn, userId }: AwsCaller): VerifiedCaller {
  const caller = { accountId, callerId: userId, userArn, userId };
  return { iam: { accessKey: accessKeyId, ...caller, cognitoIdentity: null, principalOrgId: '' } };
}
