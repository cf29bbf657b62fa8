import type { Service } from '../processes.ts';
import { compiled, startAnswerer } from '../processes.ts';
import type { FakeAwsFacts } from './fake-aws-process.ts';

/** The ARN of the key in the fake KMS. */
const KEY_ARN = 'arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000';

/** A fake S3 and KMS in a process of its own, so that it costs the measured process nothing. */
export interface FakeAws extends Service {
  readonly endpoint: string;
  /** Settings of the function whose certificate authority is the key in the fake KMS. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Starts one. @param inventory - file that every object of S3 has; without it, objects are empty */
export async function startFakeAws(inventory?: string): Promise<FakeAws> {
  const script = await compiled('vms/fake-aws-process');
  const { ready, stop } = await startAnswerer<FakeAwsFacts, never>(script, inventory === undefined ? [] : [inventory]);
  const { endpoint, spki } = ready;
  const variables = {
    AWS_ENDPOINT_URL: endpoint,
    CERTIFICATE_AUTHORITY: KEY_ARN,
    CERTIFICATE_AUTHORITY_PUBLIC_KEYS: spki,
  };
  return { endpoint, variables, stop };
}
