import type { EmulatedAws } from '../../support/emulated-aws/server.ts';

/** A key of KMS, and its public key as the settings have it. */
export interface KmsKey {
  readonly arn: string;
  readonly spki: string;
}

/** Makes a key that signs certificates. */
export async function makeSigningKey(aws: EmulatedAws): Promise<KmsKey> {
  const wish = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' };
  const made = JSON.parse(await aws.act('kms', 'TrentService.CreateKey', wish)) as { KeyMetadata: { Arn: string } };
  const { Arn: arn } = made.KeyMetadata;
  const key = JSON.parse(await aws.act('kms', 'TrentService.GetPublicKey', { KeyId: arn })) as { PublicKey: string };
  return { arn, spki: key.PublicKey };
}
