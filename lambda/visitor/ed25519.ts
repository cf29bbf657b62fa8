import type { KeyObject } from 'node:crypto';
import { createPublicKey, verify } from 'node:crypto';
import type { KeyPair, Verifier } from '@microsoft/dev-tunnels-ssh';
import { PublicKeyAlgorithm, SshDataReader, SshDataWriter } from '@microsoft/dev-tunnels-ssh';

const ED25519 = 'ssh-ed25519';

/** Host keys of the type that most servers have (RFC 8709), which the SSH library lacks. It verifies only. */
export class Ed25519 extends PublicKeyAlgorithm {
  constructor() {
    super(ED25519, ED25519, 'SHA2-512');
  }

  override createKeyPair(): KeyPair {
    return new Ed25519PublicKey();
  }

  override createVerifier(key: KeyPair): Verifier {
    if (!(key instanceof Ed25519PublicKey)) throw new TypeError('not an Ed25519 key');
    return {
      digestLength: 64,
      verify: async (data, signature) => verify(null, data, key.keyObject(), signature),
      dispose: () => undefined,
    };
  }

  override generateKeyPair(): never {
    throw new TypeError('a host key is not generated here');
  }

  override createSigner(): never {
    throw new TypeError('a host key does not sign here');
  }
}

class Ed25519PublicKey implements KeyPair {
  readonly keyAlgorithmName = ED25519;
  readonly hasPrivateKey = false;
  comment = null;
  private point: Buffer | undefined;

  get hasPublicKey(): boolean {
    return this.point !== undefined;
  }

  async setPublicKeyBytes(blob: Buffer): Promise<void> {
    const reader = new SshDataReader(blob);
    if (reader.readString('ascii') !== ED25519) throw new TypeError('not an Ed25519 key');
    // A copy: the library reads the next packet into the same memory.
    this.point = Buffer.from(reader.readBinary());
  }

  async getPublicKeyBytes(): Promise<Buffer | null> {
    if (this.point === undefined) return null;
    const writer = new SshDataWriter(Buffer.alloc(64));
    writer.writeString(ED25519, 'ascii');
    writer.writeBinary(this.point);
    return writer.toBuffer();
  }

  /** @throws Error when the VM has sent something that is not a key */
  keyObject(): KeyObject {
    const x = (this.point ?? Buffer.alloc(0)).toString('base64url');
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  }

  async generate(): Promise<never> {
    throw new TypeError('a host key is not generated here');
  }

  async importParameters(): Promise<never> {
    throw new TypeError('a host key is read from its blob');
  }

  async exportParameters(): Promise<never> {
    throw new TypeError('a host key is not exported');
  }

  dispose(): void {
    this.point = undefined;
  }
}
