import { describe, expect, it } from '@jest/globals';
import { templateOf } from '../../../../lambda/http/identity/template.ts';

const fill = (template: string, claims: Readonly<Record<string, string>>) =>
  templateOf(template)((name) => claims[name]);

describe('templateOf', () => {
  it.each([
    { template: '{sub}', claims: { sub: 'alice' }, text: 'alice' },
    { template: 'github:{repository}@{run_id}', claims: { repository: 'o/r', run_id: '7' }, text: 'github:o/r@7' },
    { template: '{cognito:username}', claims: { 'cognito:username': 'alice' }, text: 'alice' },
    { template: '{email}', claims: { email: 'a@b' }, text: 'a@b' },
    { template: '{a}@{b}', claims: { a: 'x', b: 'y@z' }, text: 'x@y@z' },
    { template: '{sub}', claims: { sub: '{sub}$&' }, text: '{sub}$&' },
  ])('fills $template with $claims', ({ template, claims, text }) => {
    expect(fill(template, claims)).toBe(text);
  });

  it.each([
    { template: '{sub}', claims: {}, says: 'the token has no claim sub that is a text' },
    { template: '{sub}', claims: { sub: '' }, says: 'the token has no claim sub that is a text' },
    { template: '{a}@{b}', claims: { a: 'x@y', b: 'z' }, says: 'the claim a of the token contains @' },
  ])('refuses $claims for $template', ({ template, claims, says }) => {
    expect(() => fill(template, claims)).toThrow(says);
  });

  it.each(['{a}@{b}', '{a}@|{b}', 'x{a}|@{b}y'])('never makes one user of two with %s', (template) => {
    const letters = ['a', '@', '|'];
    const values = letters.flatMap((one) => [one, ...letters.flatMap((two) => [one + two, `${one}${two}a`])]);
    const texts = values.flatMap((a) => values.flatMap((b) => filled(template, { a, b })));
    expect(texts.length).toBeGreaterThan(values.length);
    expect(new Set(texts).size).toBe(texts.length);
  });
});

/** The text, or nothing when the claims are refused. */
function filled(template: string, claims: Readonly<Record<string, string>>): string[] {
  try {
    return [fill(template, claims)];
  } catch {
    return [];
  }
}
