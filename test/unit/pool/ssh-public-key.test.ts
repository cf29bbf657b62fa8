import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPublicKey } from '../../../lambda/pool/ssh-public-key.ts';

/**
 * Keys that ssh-keygen made. The `sk-` keys are built from its numbers: ssh-keygen makes them only with a security key.
 */
const ACCEPTED = keysIn('accepted.txt');
const REFUSED = keysIn('refused.txt');

function keysIn(file: string): string[] {
  return readFileSync(new URL(`public-keys/${file}`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
}

function typeOf(key: string): string {
  return key.split(' ', 1)[0] ?? '';
}

function fieldsOf(key: string): Buffer[] {
  let rest = Buffer.from(key.split(' ')[1] ?? '', 'base64');
  const fields: Buffer[] = [];
  while (rest.length > 0) {
    const end = 4 + rest.readUInt32BE();
    fields.push(rest.subarray(4, end));
    rest = rest.subarray(end);
  }
  return fields;
}

function keyOf(...fields: readonly (Buffer | string)[]): string {
  const blob = fields.map((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.from(field as string).length);
    return Buffer.concat([length, Buffer.from(field as string)]);
  });
  return blobKey(String(fields[0]), Buffer.concat(blob));
}

function blobKey(type: string, blob: Buffer): string {
  return `${type} ${blob.toString('base64')}`;
}

function acceptedOf(type: string): string {
  const found = ACCEPTED.find((key) => typeOf(key) === type);
  if (found === undefined) throw new Error(`accepted.txt lacks a key of type ${type}`);
  return found;
}

const E = Buffer.from([1, 0, 1]);
const [, , RSA_2048 = Buffer.of()] = fieldsOf(acceptedOf('ssh-rsa'));
const [, , P256 = Buffer.of()] = fieldsOf(acceptedOf('ecdsa-sha2-nistp256'));
const ED25519 = acceptedOf('ssh-ed25519').split(' ').slice(0, 2).join(' ');

describe('isPublicKey', () => {
  it.each(ACCEPTED.map((key) => ({ key, name: key.slice(0, 60) })))('accepts $name…', ({ key }) => {
    expect(isPublicKey(key)).toBe(true);
  });

  it.each([
    { part: 'no comment', key: ED25519 },
    { part: 'an empty comment', key: `${ED25519} ` },
    { part: 'a comment with spaces', key: `${ED25519} alice at her laptop` },
  ])('accepts $part', ({ key }) => {
    expect(isPublicKey(key)).toBe(true);
  });

  it.each([
    ...REFUSED.map((key) => ({ fault: `a key that ssh-keygen calls ${key.slice(0, 40)}`, key })),
    { fault: 'nothing', key: '' },
    { fault: 'a key cut off after three bytes', key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA' },
    { fault: 'Ed25519 with 31 bytes', key: keyOf('ssh-ed25519', Buffer.alloc(31, 7)) },
    { fault: 'Ed25519 with 33 bytes', key: keyOf('ssh-ed25519', Buffer.alloc(33, 7)) },
    { fault: 'an unknown type', key: keyOf('ssh-nonsense', Buffer.alloc(32, 7)) },
    { fault: 'the name of a method of every object', key: keyOf('constructor', Buffer.alloc(32, 7)) },
    { fault: 'a type that differs from the one inside', key: ED25519.replace('ssh-ed25519', 'ssh-rsa') },
    { fault: 'one field too many', key: keyOf('ssh-ed25519', Buffer.alloc(32, 7), '') },
    { fault: 'a point of another curve', key: keyOf('ecdsa-sha2-nistp384', 'nistp384', P256) },
    { fault: "another curve's name", key: keyOf('ecdsa-sha2-nistp256', 'nistp384', P256) },
    { fault: 'a point off the curve', key: keyOf('ecdsa-sha2-nistp256', 'nistp256', Buffer.alloc(65, 4)) },
    { fault: 'a security key without its application', key: keyOf('sk-ssh-ed25519@openssh.com', Buffer.alloc(32, 7)) },
    { fault: 'an empty application', key: keyOf('sk-ssh-ed25519@openssh.com', Buffer.alloc(32, 7), '') },
    { fault: 'an application with a NUL', key: keyOf('sk-ssh-ed25519@openssh.com', Buffer.alloc(32, 7), 'ssh:\0') },
    { fault: 'RSA with 8 bits', key: keyOf('ssh-rsa', E, Buffer.from([0, 0xff])) },
    { fault: 'RSA with a negative modulus', key: keyOf('ssh-rsa', E, RSA_2048.subarray(1)) },
    { fault: 'RSA with a padded modulus', key: keyOf('ssh-rsa', E, Buffer.concat([Buffer.alloc(1), RSA_2048])) },
    { fault: 'RSA with an even modulus', key: keyOf('ssh-rsa', E, Buffer.concat([RSA_2048, Buffer.alloc(1)])) },
    { fault: 'RSA beyond 16384 bits', key: keyOf('ssh-rsa', E, Buffer.alloc(2049, 0x7f)) },
    { fault: 'RSA with the exponent 1', key: keyOf('ssh-rsa', Buffer.from([1]), RSA_2048) },
    { fault: 'RSA with an even exponent', key: keyOf('ssh-rsa', Buffer.from([4]), RSA_2048) },
    { fault: 'RSA with an exponent beyond 64 bits', key: keyOf('ssh-rsa', Buffer.alloc(9, 0x7f), RSA_2048) },
    { fault: 'base64 without its padding', key: acceptedOf('ecdsa-sha2-nistp256').split('=')[0] ?? '' },
    { fault: 'base64 whose unused bits are set', key: acceptedOf('ecdsa-sha2-nistp256').replace(/.= .*/, 'B=') },
    { fault: 'base64 with a line end in it', key: ED25519.replace('AAAAC3', 'AAAAC3\n') },
    { fault: 'two keys', key: `${ED25519}\n${ED25519}` },
    { fault: 'options before the key', key: `command="id" ${ED25519}` },
    { fault: 'a control character in the comment', key: `${ED25519} a\tb` },
  ])('refuses $fault', ({ key }) => {
    expect(isPublicKey(key)).toBe(false);
  });

  it('refuses every key that is cut off or followed by junk', () => {
    const cut = fc.tuple(fc.constantFrom(...ACCEPTED), fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 40 }));
    fc.assert(
      fc.property(cut, ([key, at, junk]) => {
        const blob = Buffer.from(key.split(' ')[1] ?? '', 'base64');
        expect(isPublicKey(blobKey(typeOf(key), blob.subarray(0, at % blob.length)))).toBe(false);
        expect(isPublicKey(blobKey(typeOf(key), Buffer.concat([blob, junk])))).toBe(false);
      }),
    );
  });

  it('refuses every key with one wrong bit in a length', () => {
    const flip = fc.tuple(fc.constantFrom(...ACCEPTED), fc.nat(), fc.nat({ max: 31 }));
    fc.assert(
      fc.property(flip, ([key, nth, bit]) => {
        const fields = fieldsOf(key);
        const before = fields.slice(0, nth % fields.length);
        const at = before.reduce((sum, field) => sum + 4 + field.length, 0);
        const blob = Buffer.from(key.split(' ')[1] ?? '', 'base64');
        blob.writeUInt32BE((blob.readUInt32BE(at) ^ (1 << bit)) >>> 0, at);
        expect(isPublicKey(blobKey(typeOf(key), blob))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('answers any text, and never throws', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ACCEPTED.map(typeOf)), fc.uint8Array({ maxLength: 200 }), (type, blob) => {
        expect(isPublicKey(blobKey(type, Buffer.from(blob)))).toBe(false);
        expect(isPublicKey(keyOf(type, Buffer.from(blob), Buffer.from(blob), 'ssh:'))).toBe(false);
      }),
    );
  });
});
