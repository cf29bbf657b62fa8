import { visible } from '../../logs/terminal.ts';

/** The same value with every text made printable: answers hold what strangers have sent. */
export function printable<Value>(value: Value): Value {
  return printed(value) as Value;
}

function printed(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map(printed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [visible(name), printed(one)]));
}
