/** Bounds of each field of a cron expression, by crontab(5): Sunday is 0 or 7. */
const BOUNDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** Whether a text is a cron expression of five fields: numbers, ranges, steps and lists of them, no names. */
export function isCron(text: string): boolean {
  const fields = text.split(' ');
  return fields.length === BOUNDS.length && fields.every((field, place) => isField(field, BOUNDS[place] ?? [0, 0]));
}

function isField(field: string, bounds: readonly [number, number]): boolean {
  return field.split(',').every((item) => isItem(item, bounds));
}

/** `*`, `5`, `1-5`, or one of the two that are ranges with a step: `*` and `/15`, `8-18/2`. */
function isItem(item: string, [min, max]: readonly [number, number]): boolean {
  const [, first, last, step] = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(item) ?? [item];
  if (!/^[*\d]/.test(item) || (first === undefined && !item.startsWith('*'))) return false;
  if (step !== undefined && (Number(step) < 1 || Number(step) > max || (first !== undefined && last === undefined))) {
    return false;
  }
  const from = Number(first ?? min);
  const to = Number(last ?? first ?? max);
  return min <= from && from <= to && to <= max;
}
