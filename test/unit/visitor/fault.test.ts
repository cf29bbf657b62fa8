import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { harmless } from '../../../lambda/visitor/fault.ts';

describe('what a reason quotes of a VM', () => {
  it.each([
    { rule: 'keeps printable ASCII', text: 'HTTP/1.1 400 Bad Request', quoted: 'HTTP/1.1 400 Bad Request' },
    { rule: 'makes one line of several', text: 'one\r\ntwo', quoted: 'one two' },
    { rule: 'drops the escapes of a terminal', text: '\x1b[31mred\x1b[0m', quoted: '[31mred [0m' },
    { rule: 'drops what is not ASCII', text: 'caf\u00e9 \u202e', quoted: 'caf' },
    { rule: 'is short', text: 'x'.repeat(10_000), quoted: 'x'.repeat(200) },
  ])('$rule', ({ text, quoted }) => {
    expect(harmless(text)).toBe(quoted);
  });

  it('is one short line of printable ASCII, whatever the VM sends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1_000 }), (text) => {
        expect(harmless(text)).toMatch(/^[\x20-\x7e]{0,200}$/);
      }),
    );
  });
});
