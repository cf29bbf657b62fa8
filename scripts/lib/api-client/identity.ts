import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Authenticate, Outgoing } from './client.ts';
import { anonymous } from './client.ts';
import type { Guard } from './guard.ts';

/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The environment lacks what a deployment wants of its callers. */
export class IdentityMissing extends Error {}

/**
 * Says who calls, in the way that the deployment wants, with what the environment variables hold.
 *
 * @param url - base URL of the API
 * @throws {@link IdentityMissing} that names the variables to set
 */
export function identityOf(guard: Guard, url: string, env: Variables): Authenticate {
  switch (guard) {
    case 'none':
      return anonymous;
    case 'iam':
      return signature(url, env);
    case 'jwt':
      return bearer(env);
  }
}

function bearer({ VM_POOL_TOKEN: token }: Variables): Authenticate {
  if (!token) throw new IdentityMissing('this deployment wants a token of its issuer: set VM_POOL_TOKEN');
  return async () => ({ authorization: `Bearer ${token}` });
}

/** Signs requests to API Gateway with AWS Signature Version 4. */
function signature(url: string, env: Variables): Authenticate {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN = '' } = env;
  if (!accessKeyId || !secretAccessKey) {
    throw new IdentityMissing(
      'this deployment wants calls signed with AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, ' +
        'for example by: eval "$(aws configure export-credentials --format env)"',
    );
  }
  const region = signingRegion(url, env);
  if (region === undefined) throw new IdentityMissing('the URL does not name the region of the API: set AWS_REGION');
  const sessionToken = AWS_SESSION_TOKEN === '' ? {} : { sessionToken: AWS_SESSION_TOKEN };
  const credentials = { accessKeyId, secretAccessKey, ...sessionToken };
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  return async (request) => (await signer.sign(signable(request))).headers;
}

/** The region in an execute-api URL, else that of the environment: a custom domain names none. */
function signingRegion(url: string, env: Variables): string | undefined {
  const [, region] = /[.]execute-api[.]([a-z0-9-]+)[.]/.exec(new URL(url).hostname) ?? [];
  return [region, env.AWS_REGION, env.AWS_DEFAULT_REGION].find(Boolean);
}

function signable({ method, url, headers, body }: Outgoing) {
  const { protocol, hostname, host, pathname, searchParams } = url;
  const query = Object.fromEntries(searchParams);
  return { method, protocol, hostname, path: pathname, query, headers: { ...headers, host }, body };
}
