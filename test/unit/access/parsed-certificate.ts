import { createPublicKey, verify } from 'node:crypto';

/** A certificate, read again by other code than the one that wrote it. */
export interface ParsedCertificate {
  readonly type: string;
  readonly nonce: string;
  /** The fields of the certified key, after its type, as they stand in its blob. */
  readonly keyFields: string;
  readonly serial: bigint;
  readonly kind: number;
  readonly keyId: string;
  readonly principals: readonly string[];
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  readonly criticalOptions: readonly string[];
  /** Names and values in turn. */
  readonly extensions: readonly string[];
  readonly reserved: string;
  readonly authority: Buffer;
  readonly isSigned: boolean;
}

/** Fields of a key after its type. */
const KEY_FIELDS: Readonly<Record<string, number>> = {
  'ssh-ed25519-cert-v01@openssh.com': 1,
  'sk-ssh-ed25519-cert-v01@openssh.com': 2,
  'ecdsa-sha2-nistp256-cert-v01@openssh.com': 2,
  'ecdsa-sha2-nistp384-cert-v01@openssh.com': 2,
  'ecdsa-sha2-nistp521-cert-v01@openssh.com': 2,
  'sk-ecdsa-sha2-nistp256-cert-v01@openssh.com': 3,
  'ssh-rsa-cert-v01@openssh.com': 2,
};

class Reader {
  at = 0;
  constructor(readonly bytes: Buffer) {}

  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new RangeError('cut short');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  string = (): Buffer => this.take(this.take(4).readUInt32BE());

  texts(): string[] {
    const texts: string[] = [];
    while (this.at < this.bytes.length) texts.push(this.string().toString('latin1'));
    return texts;
  }
}

/** @throws Error when it is not a certificate */
export function parsedCertificate(line: string): ParsedCertificate {
  const [type = '', base64 = '', ...rest] = line.split(' ');
  const reader = new Reader(Buffer.from(base64, 'base64'));
  const inner = reader.string().toString();
  if (inner !== type || rest.length > 0) throw new Error(`${inner} is in a line of ${type}`);
  const nonce = reader.string().toString('hex');
  const keyStart = reader.at;
  for (let field = 0; field < (KEY_FIELDS[type] ?? NaN); field++) reader.string();
  const keyFields = reader.bytes.subarray(keyStart, reader.at).toString('base64');
  const read = {
    serial: reader.take(8).readBigUInt64BE(),
    kind: reader.take(4).readUInt32BE(),
    keyId: reader.string().toString('latin1'),
    principals: new Reader(reader.string()).texts(),
    validAfter: reader.take(8).readBigUInt64BE(),
    validBefore: reader.take(8).readBigUInt64BE(),
    criticalOptions: new Reader(reader.string()).texts(),
    extensions: new Reader(reader.string()).texts(),
    reserved: reader.string().toString('latin1'),
    authority: reader.string(),
  };
  const body = reader.bytes.subarray(0, reader.at);
  const signature = reader.string();
  if (reader.at !== reader.bytes.length) throw new Error('something follows the signature');
  return { type, nonce, keyFields, ...read, isSigned: isSignedBy(read.authority, body, signature) };
}

function isSignedBy(authority: Buffer, body: Buffer, signature: Buffer): boolean {
  const key = new Reader(authority);
  key.string();
  key.string();
  const point = key.string();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y } as never, format: 'jwk' });
  return verify('sha256', body, { key: publicKey, dsaEncoding: 'ieee-p1363' }, rawSignature(signature));
}

/** r and s, 32 bytes each. */
function rawSignature(signature: Buffer): Buffer {
  const outer = new Reader(signature);
  if (outer.string().toString() !== 'ecdsa-sha2-nistp256') throw new Error('not a signature of P-256');
  const numbers = new Reader(outer.string());
  return Buffer.concat(
    [numbers.string(), numbers.string()].map((number) => {
      const digits = number.subarray(number.length > 32 ? 1 : 0);
      return Buffer.concat([Buffer.alloc(32 - digits.length), digits]);
    }),
  );
}
