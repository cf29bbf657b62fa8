import type { KeyObject } from 'node:crypto';

/** Signs with a private key of P-256, wherever that is. */
export interface Signer {
  readonly publicKey: KeyObject;
  /**
   * @returns ECDSA with SHA-256, in DER
   * @throws AccessUnavailable when the key can't be used now
   */
  sign(body: Buffer): Promise<Buffer>;
}
