import type { LogEvent } from './events.ts';
import type { Entry, Line } from './line.ts';
import type { Colour, Paint } from './terminal.ts';
import { visible } from './terminal.ts';

/** Makes what is shown of one log event. */
export type Format = (event: LogEvent, line: Line) => string;

const COLOUR_OF_LEVEL = new Map<string, Colour>([
  ['FATAL', 'red'],
  ['ERROR', 'red'],
  ['WARN', 'yellow'],
  ['INFO', 'green'],
]);

/** These lead the line and need no names. */
const UNNAMED = ['route', 'status', 'durationMs'];
/** These fields come next, by shorter names, then the rest; the request's id is last: long and needed least. */
const FIRST = ['userId', 'vmId', 'leaseId', 'code'];
const LAST = ['requestId'];
const PLACED = new Set([...UNNAMED, ...FIRST, ...LAST]);
const SHORT_NAME = new Map([
  ['userId', 'user'],
  ['vmId', 'vm'],
  ['leaseId', 'lease'],
  ['requestId', 'request'],
]);

/**
 * Lines for eyes: `2026-01-31T08:00:00.000Z INFO  request POST /getvm 200 1.2ms user=alice vm=vm-01 request=Jx=`, the
 * stack of an error indented below. Other text stays unchanged.
 */
export function readable(paint: Paint): Format {
  return ({ timeMs }, line) => {
    if (line.kind === 'text') return visible(line.text, '\t\n');
    const time = paint('dim', new Date(timeMs).toISOString());
    const level = paint(COLOUR_OF_LEVEL.get(line.level) ?? 'cyan', visible(line.level).padEnd(5));
    const facts = [...leading(line, paint), ...named(line, paint)];
    return [[time, level, visible(line.message), ...facts].join(' '), ...below(line)].join('\n');
  };
}

/** For programs: the JSON object of each line as logged; other text becomes the `message` of one. */
export const asJson: Format = ({ timeMs, text }, line) => {
  if (line.kind === 'entry') return visible(onOneLine(text));
  return visible(JSON.stringify({ timestamp: new Date(timeMs).toISOString(), message: line.text }));
};

/** In JSON these characters are white space between its parts; inside a string they can only be as escapes. */
function onOneLine(json: string): string {
  return json.trim().replace(/[\t\r\n]+/g, ' ');
}

function leading({ fields: { route, status, durationMs } }: Entry, paint: Paint): string[] {
  return [
    ...(route === undefined ? [] : [typeof route === 'string' ? visible(route) : shown(route)]),
    ...(status === undefined ? [] : [paint(colourOf(status), shown(status))]),
    ...(typeof durationMs === 'number' ? [`${Number(durationMs.toFixed(1))}ms`] : []),
  ];
}

function colourOf(status: unknown): Colour {
  if (typeof status !== 'number') return status === 'success' ? 'green' : 'red';
  if (status >= 500) return 'red';
  return status >= 400 ? 'yellow' : 'green';
}

function named({ fields }: Entry, paint: Paint): string[] {
  const others = Object.keys(fields).filter((field) => !PLACED.has(field));
  return [...FIRST, ...others, ...LAST]
    .filter((field) => fields[field] !== undefined)
    .map((field) => `${paint('dim', `${visible(SHORT_NAME.get(field) ?? field)}=`)}${shown(fields[field])}`);
}

/** A value on one line, in quotes if its end could not be seen without them. */
function shown(value: unknown): string {
  const plain = typeof value === 'string' && /^[^\s"]+$/.test(value);
  return visible(plain ? value : JSON.stringify(value));
}

function below({ stack }: Entry): string[] {
  return stack === undefined ? [] : stack.split('\n').map((line) => `    ${visible(line)}`);
}
