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

type Bounds = readonly [min: number, max: number];

function isField(field: string, bounds: Bounds): boolean {
  return field.split(',').every((item) => isItem(item, bounds));
}

/** `*`, `5` or `1-5`; `*` and a range may have a step, such as `8-18/2`. */
function isItem(item: string, bounds: Bounds): boolean {
  const [range = '', step, ...more] = item.split('/');
  if (more.length > 0 || (step !== undefined && !isStep(step, range, bounds))) return false;
  return range === '*' || isRange(range.split('-'), bounds);
}

function isStep(step: string, range: string, [, max]: Bounds): boolean {
  return (range === '*' || range.includes('-')) && isWithin(step, [1, max]);
}

function isRange(ends: readonly string[], bounds: Bounds): boolean {
  return ends.length <= 2 && ends.every((end) => isWithin(end, bounds)) && Number(ends[0]) <= Number(ends.at(-1));
}

function isWithin(digits: string, [min, max]: Bounds): boolean {
  return /^\d{1,2}$/.test(digits) && min <= Number(digits) && Number(digits) <= max;
}
