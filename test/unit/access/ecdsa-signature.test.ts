import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { signatureBlob } from '../../../lambda/access/ecdsa-signature.ts';

/** A positive number of 1 to 32 bytes without zeros before it. */
const numbers = fc.uint8Array({ minLength: 1, maxLength: 32 }).map((bytes) => {
  return Buffer.from([bytes[0] === 0 ? 1 : (bytes[0] ?? 1), ...bytes.subarray(1)]);
});

function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const bytes = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag, bytes.length), bytes]);
}

function integer(number: Buffer): Buffer {
  return tagged(2, (number[0] ?? 0) > 127 ? Buffer.concat([Buffer.alloc(1), number]) : number);
}

function fields(blob: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < blob.length; at += 4 + (found.at(-1)?.length ?? 0)) {
    found.push(blob.subarray(at + 4, at + 4 + blob.readUInt32BE(at)));
  }
  return found;
}

describe('signatureBlob', () => {
  it('keeps r and s of every length, each with the zero that a set sign bit needs', () => {
    const property = fc.property(numbers, numbers, (r, s) => {
      const [type, both = Buffer.of(), ...others] = fields(signatureBlob(tagged(0x30, integer(r), integer(s))));
      expect(type?.toString()).toBe('ecdsa-sha2-nistp256');
      expect(others).toEqual([]);
      expect(fields(both)).toEqual([r, s].map((number) => integer(number).subarray(2)));
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('drops zeros that a number does not need', () => {
    const padded = tagged(0x30, tagged(2, Buffer.of(0, 0, 5)), tagged(2, Buffer.of(0, 7)));
    const [, both = Buffer.of()] = fields(signatureBlob(padded));
    expect(fields(both)).toEqual([Buffer.of(5), Buffer.of(7)]);
  });

  it('takes what OpenSSL signs', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const lengths = new Set<number>();
    for (let n = 0; n < 500; n++) lengths.add(signatureBlob(sign('sha256', Buffer.of(n), privateKey)).length);
    expect(lengths.size).toBeGreaterThan(1);
  });

  const seven = integer(Buffer.of(7));

  it.each([
    { rule: 'nothing', der: Buffer.of() },
    { rule: 'one number', der: tagged(0x30, seven) },
    { rule: 'three numbers', der: tagged(0x30, seven, seven, seven) },
    { rule: 'another tag', der: tagged(0x31, seven, seven) },
    { rule: 'texts', der: tagged(0x30, tagged(4, Buffer.of(7)), tagged(4, Buffer.of(7))) },
    { rule: 'a negative number', der: tagged(0x30, tagged(2, Buffer.of(200)), seven) },
    { rule: 'zero', der: tagged(0x30, seven, integer(Buffer.of(0))) },
    { rule: 'a number of another curve', der: tagged(0x30, integer(Buffer.alloc(48, 7)), seven) },
    { rule: 'an empty number', der: tagged(0x30, tagged(2), seven) },
  ])('refuses $rule', ({ der }) => {
    expect(() => signatureBlob(der)).toThrow('the signature is not one of P-256 in DER');
  });

  it('refuses a signature that is cut off or goes on', () => {
    const der = tagged(0x30, integer(Buffer.alloc(32, 0xff)), integer(Buffer.alloc(32, 1)));
    for (let end = 0; end < der.length; end++) expect(() => signatureBlob(der.subarray(0, end))).toThrow('DER');
    expect(() => signatureBlob(Buffer.concat([der, Buffer.of(0)]))).toThrow('DER');
  });
});
