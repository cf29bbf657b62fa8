import { asObject } from '../../api-client/client.ts';
import type { Account } from '../account.ts';
import { settingsOf } from '../deployed-api.ts';
import type { Finding, Probe } from '../probe.ts';
import { judged, skipped } from '../probe.ts';

const KMS = 'https://docs.aws.amazon.com/kms/latest/developerguide/';
const NO_AUTHORITY = 'no pool needs certificates';

/** Probes of the keys that sign login certificates. The emulation enforces no key policy and no quota. */
export const KEYS: readonly Probe[] = [
  {
    id: 'signing-keys',
    question: 'Are both keys there, ready to sign?',
    sources: [`${KMS}asymmetric-key-specs.html`],
    how: 'describe the keys behind the aliases NAME-ca-a and NAME-ca-b',
    expected: 'twice Enabled SIGN_VERIFY ECC_NIST_P256',
    run: signingKeys,
  },
  {
    id: 'signing-denied',
    question: 'May nobody but the function sign, not even an administrator of the account?',
    sources: [`${KMS}key-policy-default.html`, 'terraform/modules/certificate-authority'],
    how: 'sign a word with the key NAME-ca-a, as the AWS credentials of this shell; use those of an administrator',
    expected: 'AccessDenied',
    run: signingDenied,
  },
  {
    id: 'key-policy',
    question: 'Does KMS take the key policy at the first apply, without a bypass of its lock-out check?',
    sources: [
      `${KMS}key-policy-default.html`,
      'https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html',
    ],
    how: 'the first apply of an environment with an inventory whose pool has access certificate',
    expected: 'no MalformedPolicyDocumentException; the second apply changes nothing',
  },
  {
    id: 'key-tags',
    question: 'May the apply role of GitHub make keys under its conditions on tags, and no others?',
    sources: [`${KMS}tag-authorization.html`, 'terraform/modules/deploy-roles/vms.tf'],
    how: 'deploy the same environment by the workflow Deploy, after scripts/terraform bootstrap apply',
    expected: 'no AccessDenied at CreateKey, TagResource, CreateAlias and PutKeyPolicy',
  },
  {
    id: 'signing-quota',
    question: 'How many log-ins a second does KMS sign?',
    sources: [`${KMS}requests-per-second.html`],
    how: 'aws service-quotas list-service-quotas --service-code kms; look for "Cryptographic operations (ECC)"',
    expected: '300 a second or more; above it getvm answers 503 access_unavailable, and lends nothing',
  },
  {
    id: 'key-deletion',
    question: 'Do keys of a destroyed environment wait, and come back?',
    sources: [`${KMS}deleting-keys.html`],
    how: 'after a destroy: aws kms describe-key --key-id ID; aws kms cancel-key-deletion --key-id ID; schedule it again',
    expected: 'PendingDeletion with a date in 30 days; then Disabled; pending keys cost nothing',
  },
];

async function signingKeys(account: Account): Promise<Finding> {
  if (!(await hasAuthority(account))) return skipped(NO_AUTHORITY);
  const found: string[] = [];
  for (const name of ['a', 'b']) {
    const { KeyMetadata } = await account.aws('kms', 'describe-key', '--key-id', aliasOf(account, name));
    const { KeyState, KeyUsage, KeySpec } = asObject(KeyMetadata);
    found.push([KeyState, KeyUsage, KeySpec].map(String).join(' '));
  }
  return judged(
    found.every((key) => key === 'Enabled SIGN_VERIFY ECC_NIST_P256'),
    found.join(', '),
  );
}

async function signingDenied(account: Account): Promise<Finding> {
  if (!(await hasAuthority(account))) return skipped(NO_AUTHORITY);
  try {
    await account.aws(
      ...['kms', 'sign', '--key-id', aliasOf(account, 'a'), '--message', 'cHJvYmU='],
      ...['--message-type', 'RAW', '--signing-algorithm', 'ECDSA_SHA_256'],
    );
    return judged(false, 'a signature');
  } catch (error) {
    const { message } = error as Error;
    return judged(message.includes('AccessDenied'), message);
  }
}

async function hasAuthority(account: Account): Promise<boolean> {
  return Boolean((await settingsOf(account)).CERTIFICATE_AUTHORITY);
}

function aliasOf({ parts }: Account, key: string): string {
  return `alias/${parts.outputs.functionName}-ca-${key}`;
}
