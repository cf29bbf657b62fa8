import { visible } from './terminal.ts';

/** One row: values by the name of their column. */
export type Row = Readonly<Record<string, string>>;

/** Longest text of a cell, characters: one long value must not push all others off the screen. */
const LONGEST_CELL = 80;

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;
const LONG_NUMBER = /^-?\d+\.\d{4,}(e[+-]?\d+)?$/i;

/** Rows as a table for eyes: one line a row below a line of names, numbers to the right. Empty without rows. */
export function table(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [columns.map(cellOf), ...rows.map((row) => columns.map((column) => cellOf(row[column] ?? '')))];
  const widths = columns.map((_, at) => Math.max(...lines.map((cells) => cells[at]?.length ?? 0)));
  const areNumbers = columns.map((column) => rows.every((row) => NUMBER.test(row[column] ?? '0')));
  return rows.length === 0 ? '' : lines.map((cells) => `${lineOf(cells, widths, areNumbers)}\n`).join('');
}

function lineOf(cells: readonly string[], widths: readonly number[], areNumbers: readonly boolean[]): string {
  const padded = cells.map((cell, at) => {
    const width = widths[at] ?? 0;
    return areNumbers[at] === true ? cell.padStart(width) : cell.padEnd(width);
  });
  return padded.join('  ').trimEnd();
}

/** Logs Insights writes up to 16 digits of a percentile; nobody needs more than three behind the point. */
function cellOf(value: string): string {
  if (LONG_NUMBER.test(value)) return String(Number(Number(value).toFixed(3)));
  const shown = visible(value);
  return shown.length > LONGEST_CELL ? `${shown.slice(0, LONGEST_CELL - 1)}…` : shown;
}
