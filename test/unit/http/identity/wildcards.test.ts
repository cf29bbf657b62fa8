import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitsAny } from '../../../../lambda/http/identity/wildcards.ts';

describe('fitsAny', () => {
  it.each([
    { pattern: 'ops', text: 'ops', fits: true },
    { pattern: 'ops', text: 'ops2', fits: false },
    { pattern: 'ops', text: 'xops', fits: false },
    { pattern: 'ops-*', text: 'ops-', fits: true },
    { pattern: 'ops-*', text: 'ops-a/b', fits: true },
    { pattern: 'o?s', text: 'ops', fits: true },
    { pattern: 'o?s', text: 'os', fits: false },
    { pattern: 'a.b', text: 'axb', fits: false },
    { pattern: '(a|b)+', text: 'a', fits: false },
    { pattern: '(a|b)+', text: '(a|b)+', fits: true },
    { pattern: '*', text: 'a\nb', fits: true },
  ])('$text fits $pattern: $fits', ({ pattern, text, fits }) => {
    expect(fitsAny([pattern])(text)).toBe(fits);
  });

  it('is false without patterns', () => {
    expect(fitsAny([])('anything')).toBe(false);
  });

  it('reads every character but the wildcards literally', () => {
    const literal = fc.string().filter((text) => !/[*?]/.test(text));
    fc.assert(fc.property(literal, fc.string(), (pattern, text) => fitsAny([pattern])(text) === (pattern === text)));
  });
});
