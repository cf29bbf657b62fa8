/**
 * The metric math of this project's alarms: `FILL`, `SUM`, `METRICS` and subtraction, for one period.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */

/** The value of each metric in a period, by the id of its query; undefined where it is missing. */
export type Values = ReadonlyMap<string, number | undefined>;

type Value = number | undefined | readonly (number | undefined)[];

/** @throws Error for what this does not know */
export function evaluateMath(expression: string, values: Values): number | undefined {
  const tokens = expression.match(/\w+|[(),-]/g) ?? [];
  const value = difference(tokens, values);
  if (tokens.length > 0 || Array.isArray(value)) throw new Error(`not understood: ${expression}`);
  return value as number | undefined;
}

/** Consumes the tokens that it understands. What is missing on one side is missing in the result. */
function difference(tokens: string[], values: Values): Value {
  let left = operand(tokens, values);
  while (tokens[0] === '-') {
    tokens.shift();
    const right = operand(tokens, values);
    left = left === undefined || right === undefined ? undefined : Number(left) - Number(right);
  }
  return left;
}

function operand(tokens: string[], values: Values): Value {
  const token = tokens.shift() ?? '';
  if (/^\d+$/.test(token)) return Number(token);
  if (tokens[0] !== '(') {
    if (!values.has(token)) throw new Error(`no metric has the id ${token}`);
    return values.get(token);
  }
  const inBrackets = argumentsOf(tokens, values);
  if (token === 'METRICS') return [...values.values()];
  if (token === 'FILL') return filled(inBrackets);
  if (token === 'SUM') return sum(inBrackets[0]);
  throw new Error(`unknown function: ${token}`);
}

function argumentsOf(tokens: string[], values: Values): Value[] {
  const found: Value[] = [];
  while (tokens.shift() !== ')' && tokens[0] !== ')') found.push(difference(tokens, values));
  if (found.length === 0) tokens.shift();
  return found;
}

function filled([value, filling]: readonly Value[]): Value {
  const fill = (one: number | undefined) => one ?? (filling as number);
  return Array.isArray(value) ? (value as number[]).map(fill) : fill(value as number | undefined);
}

/** Of what is there; undefined if nothing is. */
function sum(value: Value): Value {
  const there = [value].flat().filter((one) => one !== undefined);
  return there.length === 0 ? undefined : there.reduce((total, one) => total + one, 0);
}
