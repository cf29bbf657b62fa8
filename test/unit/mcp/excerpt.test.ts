import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Excerpt, printable } from '../../../scripts/lib/mcp/excerpt.ts';

function shown(limit: number, ...chunks: readonly (string | Buffer)[]) {
  const excerpt = new Excerpt(limit);
  for (const chunk of chunks) excerpt.add(Buffer.from(chunk));
  return excerpt.shown();
}

const NOTE = /\n\[\.\.\. shortened: \d+ bytes in all \.\.\.\]\n/;

describe('Excerpt', () => {
  it('shows all of a short text, also when characters come in parts', () => {
    const euro = Buffer.from('€');
    expect(shown(20, 'a', euro.subarray(0, 1), euro.subarray(1), 'b')).toEqual({ text: 'a€b', bytes: 5, isCut: false });
  });

  it('shows the beginning and the end of a long one', () => {
    const { text, bytes, isCut } = shown(10, 'begin', 'x'.repeat(1_000), 'theend');
    expect({ text, bytes, isCut }).toEqual({
      text: 'begin\n[... shortened: 1011 bytes in all ...]\nheend',
      bytes: 1_011,
      isCut: true,
    });
  });

  it('stays within its limit and prints nothing that acts, whatever comes in whatever parts', () => {
    const chunk = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(Buffer.from('\u001b[31mred\u001b[0m')));
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.array(chunk, { maxLength: 12 }), (limit, chunks) => {
        const { text, bytes } = shown(limit, ...chunks.map((one) => Buffer.from(one)));
        expect(bytes).toBe(chunks.reduce((sum, { length }) => sum + length, 0));
        expect(text.replace(NOTE, '').length).toBeLessThanOrEqual(limit);
        expect(text).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}]/u);
      }),
    );
  });
});

describe('printable', () => {
  it.each([
    { what: 'colours', text: '\u001b[1;31mred\u001b[0m', shows: 'red' },
    { what: 'a title of the window', text: '\u001b]0;evil\u0007ok', shows: 'ok' },
    { what: 'line ends of Windows', text: 'a\r\nb', shows: 'a\nb' },
    { what: 'a line that writes over another', text: 'ok\rno', shows: String.raw`ok\u{d}no` },
    { what: 'a lone escape', text: 'a\u001b', shows: String.raw`a\u{1b}` },
    { what: 'another direction of writing', text: 'a\u202eb', shows: String.raw`a\u{202e}b` },
    { what: 'a text for models only', text: 'a\u{e0041}b', shows: String.raw`a\u{e0041}b` },
    { what: 'a space without width', text: 'a\u200bb', shows: String.raw`a\u{200b}b` },
    { what: 'tabs, umlauts and emoji', text: '\tä😀', shows: '\tä😀' },
  ])('shows $what', ({ text, shows }) => {
    expect(printable(text)).toBe(shows);
  });
});
