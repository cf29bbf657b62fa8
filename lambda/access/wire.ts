/** How SSH writes values (https://www.rfc-editor.org/rfc/rfc4251#section-5). */

/** A number in 4 bytes. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A number in 8 bytes. */
export function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** Bytes or a text, after their length. */
export function string(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** A positive number: no zeros before it but the one that keeps the sign bit clear. */
export function mpint(bigEndian: Buffer): Buffer {
  const start = bigEndian.findIndex((byte) => byte !== 0);
  const digits = start === -1 ? Buffer.of() : bigEndian.subarray(start);
  return string(Buffer.concat([Buffer.alloc((digits[0] ?? 0) > 127 ? 1 : 0), digits]));
}
