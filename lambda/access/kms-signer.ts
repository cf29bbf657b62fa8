import type { KeyObject } from 'node:crypto';
import { verify } from 'node:crypto';
import type { AwsOptions } from '../aws/client.ts';
import type { AwsError } from '../aws/error.ts';
import { JsonApi } from '../aws/json-api.ts';
import { AccessUnavailable } from '../pool/refusals.ts';
import type { Signer } from './signer.ts';

/** Longest wait for a signature, milliseconds; the second try is included. */
const SIGN_TIMEOUT_MS = 3_000;

/**
 * Signs with a key of KMS (https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html): one call a signature. The
 * private key never leaves KMS.
 *
 * @param keyArn - of an ECC_NIST_P256 key
 * @param publicKey - of that key, so that nobody has to ask KMS for it
 */
export function kmsSigner(keyArn: string, publicKey: KeyObject, aws: AwsOptions, timeoutMs = SIGN_TIMEOUT_MS): Signer {
  const kms = new JsonApi('kms', 'TrentService', aws);
  return {
    publicKey,
    async sign(body) {
      const wish = {
        KeyId: keyArn,
        Message: body.toString('base64'),
        MessageType: 'RAW',
        SigningAlgorithm: 'ECDSA_SHA_256',
      };
      const { Signature } = await kms.call('Sign', wish, { timeoutMs }).catch((cause: unknown) => {
        const { code } = cause as AwsError;
        throw new AccessUnavailable(`KMS does not sign certificates (${code})`, { cause });
      });
      const signature = Buffer.from(typeof Signature === 'string' ? Signature : '', 'base64');
      if (verify('sha256', body, publicKey, signature)) return signature;
      // VMs would refuse the certificate, and nobody would know why.
      throw new AccessUnavailable('the KMS key is another one than the first of CERTIFICATE_AUTHORITY_PUBLIC_KEYS');
    },
  };
}
