/** Signs calls with AWS Signature Version 4. Loaded only for deployments that want it: the AWS SDK is large. */
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { Authenticate } from '../../../lambda/client/client.ts';
import type { IdentityOptions, Variables } from './identity-options.ts';
import { IdentityMissing } from './identity-options.ts';
import { regionIn } from './region.ts';

type Credentials = () => Promise<AwsCredentialIdentity>;

/**
 * Signs each request to API Gateway.
 *
 * @param region - that of the deployment; when empty, the one in `url` or of the environment
 * @throws {@link IdentityMissing} without credentials or region
 */
export async function signature(region: string, url: string, options: IdentityOptions): Promise<Authenticate> {
  const credentials = credentialsOf(options);
  await credentials();
  const signer = new SignatureV4({
    service: 'execute-api',
    region: region || regionOf(url, options.env),
    credentials,
    sha256: Sha256,
  });
  return async (request) => {
    const { headers } = await signer.sign(await signable(request));
    // `fetch` writes the header `host` itself.
    return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'host'));
  };
}

/** The credentials of the environment; else those of AWS's own chain: profiles, SSO, roles of containers and VMs. */
function credentialsOf({ awsProfile, env }: IdentityOptions): Credentials {
  const { AWS_PROFILE, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const profile = [awsProfile, AWS_PROFILE].find(Boolean);
  if (!profile && accessKeyId && secretAccessKey) {
    const { AWS_SESSION_TOKEN: sessionToken } = env;
    return async () => ({ accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) });
  }
  const chain = fromNodeProviderChain(profile ? { profile } : {});
  return () =>
    chain().catch((cause: unknown) => {
      throw missing(cause);
    });
}

function missing(cause: unknown): IdentityMissing {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new IdentityMissing(
    `this deployment wants calls signed with AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and ` +
      `AWS_SECRET_ACCESS_KEY (${why})`,
    { cause },
  );
}

/** The region in an execute-api URL, else that of the environment: a custom domain names none. */
function regionOf(url: string, env: Variables): string {
  const region = [regionIn(url), env.AWS_REGION, env.AWS_DEFAULT_REGION].find(Boolean);
  if (region === undefined) throw new IdentityMissing('the URL does not name the region of the API: set AWS_REGION');
  return region;
}

/** A copy of the request as the signer wants it: its body is read, and stays to be sent. */
async function signable(request: Request) {
  const { protocol, hostname, host, pathname, searchParams } = new URL(request.url);
  const body = request.body === null ? undefined : await request.clone().text();
  const headers = { ...Object.fromEntries(request.headers), host };
  const query = Object.fromEntries(searchParams);
  return { method: request.method, protocol, hostname, path: pathname, query, headers, body };
}
