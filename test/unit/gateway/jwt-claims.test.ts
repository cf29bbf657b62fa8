import { describe, expect, it } from '@jest/globals';
import { claimTexts } from '../../../scripts/lib/gateway/jwt-claims.ts';

describe('claimTexts', () => {
  it.each([
    { kind: 'a text', claim: 'auth0|5fe4', text: 'auth0|5fe4' },
    { kind: 'a whole number', claim: 1612061676, text: '1612061676' },
    { kind: 'a fraction', claim: 1.5, text: '1.5' },
    { kind: 'true', claim: true, text: 'true' },
    { kind: 'a list', claim: ['admin', 'poweruser'], text: '[admin poweruser]' },
    { kind: 'a list of one', claim: ['admin'], text: '[admin]' },
    { kind: 'an empty list', claim: [], text: '[]' },
    { kind: 'an object, in order of its names', claim: { b: 1, a: ['x'], c: null }, text: 'map[a:[x] b:1 c:<nil>]' },
  ])('writes $kind as $text', ({ claim, text }) => {
    expect(claimTexts({ claim })).toEqual({ claim: text });
  });

  it('leaves out a claim that is null', () => {
    expect(claimTexts({ sub: 'alice', nickname: null })).toEqual({ sub: 'alice' });
  });

  it.each([{ claim: 2 ** 53 }, { claim: [2 ** 53] }, { claim: { id: 2 ** 53 } }])(
    'leaves out $claim, which may stand for several numbers',
    (claims) => {
      expect(claimTexts(claims)).toEqual({});
    },
  );
});
