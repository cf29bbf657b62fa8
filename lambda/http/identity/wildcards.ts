/** A function that says whether a text fits one of the patterns. */
export function fitsAny(patterns: readonly string[]): (text: string) => boolean {
  const expressions = patterns.map(wildcards);
  return (text) => expressions.some((expression) => expression.test(text));
}

/** A pattern with wildcards, as in an IAM policy: `*` stands for any characters, `?` for one. */
function wildcards(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^$(){}|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`);
}
