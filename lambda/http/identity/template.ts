import { unusable } from './caller.ts';

/** A claim in braces, and the character behind it. */
const CLAIM = /\{([^{}]+)\}([^{]?)/g;

/**
 * Makes the function that fills a template such as `{repository}@{run_id}` with claims. Different claims never give the
 * same text: a value may not contain the character that separates it from the next claim.
 *
 * @param template - claims in braces, with text between any two
 * @returns a function that throws {@link Problem} `unusable_identity` when a claim is missing, or is not one string
 */
export function templateOf(template: string): (claims: (name: string) => string | undefined) => string {
  const lastAt = template.lastIndexOf('{');
  return (claims) =>
    template.replace(CLAIM, (_, name: string, separator: string, at: number) => {
      const value = claims(name) ?? '';
      if (value === '') throw unusable(`the token has no claim ${name} that is a text`);
      if (at < lastAt && value.includes(separator)) {
        throw unusable(`the claim ${name} of the token contains ${separator}, which ends it in a user id`);
      }
      return value + separator;
    });
}
