/**
 * The claims of a token as API Gateway writes them into an event, by Go's `fmt`: `7`, `true`, `[a b]`, `map[k:v]`.
 * Claims that are null are left out.
 *
 * Also left out are integers that JavaScript can't hold exactly: rounded, two users could become one.
 *
 * @see https://github.com/floci-io/floci/pull/2011 numbers, booleans, lists and null, measured on AWS
 * @see https://github.com/aws/aws-lambda-go/issues/570 an object, seen on AWS
 */
export function claimTexts(claims: Readonly<Record<string, unknown>>): Record<string, string> {
  const written = Object.entries(claims).filter(([, value]) => value !== null && isExact(value));
  return Object.fromEntries(written.map(([name, value]) => [name, textOf(value)]));
}

function isExact(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isExact);
}

function textOf(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(textOf).join(' ')}]`;
  if (typeof value !== 'object') return typeof value === 'string' ? value : JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${members.map(([name, member]) => `${name}:${textOf(member)}`).join(' ')}]`;
}
