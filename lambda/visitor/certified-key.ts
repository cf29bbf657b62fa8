import type { KeyObject } from 'node:crypto';
import { createPrivateKey, sign } from 'node:crypto';
import type { KeyPair, Signer } from '@microsoft/dev-tunnels-ssh';
import { BigInt, PublicKeyAlgorithm, SshDataWriter } from '@microsoft/dev-tunnels-ssh';
import type { VisitLogin } from '../pool/visit.ts';

/** How a key signs: the name of its signature and the hash. An RSA key also has the name of what it asks for. */
const SIGNATURES: Readonly<Record<string, { readonly name: string; readonly hash?: string; readonly asks?: string }>> =
  {
    'ssh-ed25519-cert-v01@openssh.com': { name: 'ssh-ed25519' },
    'ecdsa-sha2-nistp256-cert-v01@openssh.com': { name: 'ecdsa-sha2-nistp256', hash: 'sha256' },
    'ecdsa-sha2-nistp384-cert-v01@openssh.com': { name: 'ecdsa-sha2-nistp384', hash: 'sha384' },
    'ecdsa-sha2-nistp521-cert-v01@openssh.com': { name: 'ecdsa-sha2-nistp521', hash: 'sha512' },
    'ssh-rsa-cert-v01@openssh.com': { name: 'rsa-sha2-512', hash: 'sha512', asks: 'rsa-sha2-512-cert-v01@openssh.com' },
  };

/** A key and its certificate, as the SSH library logs in with them. */
export interface CertifiedKey {
  /** To be among the session's algorithms when it logs in, and not before: servers have host keys of other types. */
  readonly algorithm: PublicKeyAlgorithm;
  readonly keyPair: KeyPair;
}

/**
 * The key of a log-in. Its public part is the certificate
 * (https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.certkeys); it signs as the plain key does.
 *
 * @throws TypeError when the certificate is of an unknown type, Error when the key can't be read
 */
export function certifiedKey({ certificate, privateKey }: VisitLogin): CertifiedKey {
  const [type = '', base64 = ''] = certificate.split(' ');
  const algorithm = new CertificateAlgorithm(type, createPrivateKey(privateKey));
  const blob = Buffer.from(base64, 'base64');
  const unused = async (): Promise<never> => {
    throw new TypeError('a certificate is used as it is');
  };
  const keyPair: KeyPair = {
    keyAlgorithmName: type,
    hasPublicKey: true,
    hasPrivateKey: true,
    comment: null,
    getPublicKeyBytes: async () => blob,
    setPublicKeyBytes: unused,
    generate: unused,
    importParameters: unused,
    exportParameters: unused,
    dispose: () => undefined,
  };
  return { algorithm, keyPair };
}

class CertificateAlgorithm extends PublicKeyAlgorithm {
  private readonly signature: { readonly name: string; readonly hash?: string };

  constructor(
    type: string,
    private readonly key: KeyObject,
  ) {
    const signature = Object.hasOwn(SIGNATURES, type) ? SIGNATURES[type] : undefined;
    if (signature === undefined) throw new TypeError('a certificate of an unknown type');
    super(signature.asks ?? type, type, signature.hash ?? '');
    this.signature = signature;
  }

  override createSigner(): Signer {
    return { digestLength: 0, sign: async (data) => this.sign(data), dispose: () => undefined };
  }

  /** Under the name of the plain key. */
  override createSignatureData(signature: Buffer): Buffer {
    const writer = new SshDataWriter(Buffer.alloc(1024));
    writer.writeString(this.signature.name, 'ascii');
    writer.writeBinary(signature);
    return writer.toBuffer();
  }

  override createKeyPair(): never {
    throw new TypeError('a certificate is not the key of a host here');
  }

  override generateKeyPair(): never {
    throw new TypeError('a certificate is not generated here');
  }

  override createVerifier(): never {
    throw new TypeError('a certificate is not the key of a host here');
  }

  private sign(data: Buffer): Buffer {
    const { hash } = this.signature;
    if (this.key.asymmetricKeyType !== 'ec') return sign(hash, data, this.key);
    // RFC 5656 section 3.1.2: r and s, which come in halves of the same length.
    const halves = sign(hash, data, { key: this.key, dsaEncoding: 'ieee-p1363' });
    const writer = new SshDataWriter(Buffer.alloc(256));
    for (const half of [halves.subarray(0, halves.length / 2), halves.subarray(halves.length / 2)]) {
      writer.writeBigInt(BigInt.fromBytes(half, { unsigned: true }));
    }
    return writer.toBuffer();
  }
}
