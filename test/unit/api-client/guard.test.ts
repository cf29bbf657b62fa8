import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../scripts/lib/api-client/client.ts';
import { guardOf } from '../../../scripts/lib/api-client/guard.ts';

function contract(security: unknown): Json {
  return { paths: { '/getvm': { post: { security } } } };
}

describe('guardOf', () => {
  it.each([
    { security: [], guard: 'none' },
    { security: [{ sigv4: [] }], guard: 'iam' },
    { security: [{ jwt: [] }], guard: 'jwt' },
    { security: [{ other: [] }, { jwt: [] }], guard: 'jwt' },
    { security: [{ sigv4: [] }, {}], guard: 'none' },
  ])('reads $security as $guard', ({ security, guard }) => {
    expect(guardOf(contract(security))).toBe(guard);
  });

  it('reads the committed contract, which serves every way', () => {
    const text = readFileSync(new URL('../../../lambda/openapi.json', import.meta.url), 'utf8');
    expect(guardOf(JSON.parse(text) as Json)).toBe('none');
  });

  it.each([
    { security: undefined, says: 'does not say who may call' },
    { security: [{ oauth: [] }], says: 'wants oauth' },
    { security: [{ sigv4: [], jwt: [] }], says: 'wants sigv4, jwt' },
  ])('rejects $security', ({ security, says }) => {
    expect(() => guardOf(contract(security))).toThrow(says);
  });
});
