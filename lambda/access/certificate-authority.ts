import type { KeyObject } from 'node:crypto';
import type { AwsOptions } from '../aws/client.ts';
import type { CertificateAuthority } from '../pool/access.ts';
import { certificateLine, unsignedCertificate } from './certificate.ts';
import { newKeyPair, publicKeyBlob, publicKeyLine, readSpki } from './ecdsa-key.ts';
import { signatureBlob } from './ecdsa-signature.ts';
import { kmsSigner } from './kms-signer.ts';
import type { Signer } from './signer.ts';

/** Where the key of a certificate authority is, and which keys VMs trust. */
export interface CertificateAuthorityOptions {
  /** ARN of a KMS key, or a file with a private key; the first start makes a file that does not exist. */
  readonly key: string;
  /**
   * For KMS: SubjectPublicKeyInfo in base64, that of `key` first. Further ones are trusted too, so that a change of the
   * key is no outage. A file has its own.
   */
  readonly publicKeys?: readonly string[];
  /** For KMS. */
  readonly aws?: AwsOptions | undefined;
}

/** Comment of the lines that VMs trust. */
const COMMENT = 'vm-pool';

/**
 * Makes the certificate authority that the settings describe. A key of KMS is first used by the first certificate.
 *
 * @throws Error when a setting can't be used
 */
export async function createCertificateAuthority(options: CertificateAuthorityOptions): Promise<CertificateAuthority> {
  if (options.key.startsWith('arn:')) return inKms(options);
  const { fileSigner } = await import('./file-signer.ts');
  const signer = await fileSigner(options.key);
  return certificateAuthority(signer, [signer.publicKey]);
}

function inKms({ key, publicKeys = [], aws }: CertificateAuthorityOptions): CertificateAuthority {
  if (aws === undefined) throw new Error('a certificate authority in KMS needs the settings of AWS');
  const trusted = publicKeys.map((base64, at) => trustedKey(base64, at + 1));
  const [signing] = trusted;
  if (signing === undefined)
    throw new Error('CERTIFICATE_AUTHORITY_PUBLIC_KEYS must have the public key of the KMS key');
  return certificateAuthority(kmsSigner(key, signing, aws), trusted);
}

function trustedKey(spki: string, position: number): KeyObject {
  const key = readSpki(spki);
  if (key !== undefined) return key;
  throw new Error(`key ${position} of CERTIFICATE_AUTHORITY_PUBLIC_KEYS must be a P-256 key as KMS answers it`);
}

/**
 * A certificate authority over any signer.
 *
 * @param trusted - all keys that VMs are to trust
 */
export function certificateAuthority(signer: Signer, trusted: readonly KeyObject[]): CertificateAuthority {
  const authority = publicKeyBlob(signer.publicKey);
  return {
    publicKeys: trusted.map((key) => publicKeyLine(key, COMMENT)),
    async certify(wish) {
      const { publicKey, privateKey } = wish.publicKey === undefined ? newKeyPair() : { publicKey: wish.publicKey };
      const unsigned = unsignedCertificate({ ...wish, publicKey }, authority);
      const signature = signatureBlob(await signer.sign(unsigned.body));
      const certificate = certificateLine(unsigned, signature);
      return privateKey === undefined ? { certificate } : { certificate, privateKey };
    },
  };
}
