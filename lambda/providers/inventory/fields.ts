/** The kinds of fields of an inventory. Each says in its rule what would be right. */
import * as v from 'valibot';
import { HOST_KEY, HOST_KEY_RULE, isHostKey } from './host-key.ts';

/** An object that has no other fields. A fault names what a missing field must be, or the fields that there are. */
export function entry<const Entries extends v.ObjectEntries>(entries: Entries, rule: string) {
  const names = Object.keys(entries);
  const unknown = `is not a field here; the fields are ${names.join(', ')}`;
  return v.objectWithRest(entries, v.never(unknown), ({ received, path }) => {
    const name = path?.at(-1)?.key;
    if (received !== 'undefined' || typeof name !== 'string') return rule;
    return `is missing; it ${ruleOf(entries[name])}`;
  });
}

function ruleOf(schema: v.ObjectEntries[string] | undefined): string {
  const { message } = (schema ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : 'must be there';
}

/** A field with what editors show of it. */
export function described<Schema extends v.GenericSchema>(schema: Schema, description: string) {
  return v.pipe(schema, v.description(description));
}

/** A text of that form. */
export function text(pattern: RegExp, rule: string) {
  return v.pipe(v.string(rule), v.regex(pattern, rule));
}

/** One of a few texts. */
export function choice<const Choices extends readonly string[]>(choices: Choices) {
  return v.picklist(choices, `must be one of ${choices.map((each) => `"${each}"`).join(', ')}`);
}

/** A whole number between two others. */
export function wholeNumber(min: number, max: number) {
  const rule = `must be a whole number from ${min} to ${max}`;
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(min, rule), v.maxValue(max, rule));
}

/** A list, and what stands in it. */
export function list<Item extends v.GenericSchema>(item: Item, min: number, max: number, what: string) {
  const rule = `must be a list of ${min} to ${max} ${what}`;
  return v.pipe(v.array(item, rule), v.minLength(min, rule), v.maxLength(max, rule));
}

/** The login name of borrowers. */
export const username = text(
  /^[A-Za-z_][A-Za-z0-9._-]{0,31}$/,
  'must be a login name: 1 to 32 characters of A-Z a-z 0-9 . _ -',
);

/** The TCP port of an SSH server. */
export const port = wholeNumber(1, 65_535);

/** Public host keys. */
export const hostKeys = list(
  v.pipe(text(HOST_KEY, HOST_KEY_RULE), v.check(isHostKey, HOST_KEY_RULE)),
  1,
  10,
  'public host keys',
);
