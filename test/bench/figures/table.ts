import type { Measure } from './measure.ts';
import { meetsTarget } from './measure.ts';

const HEADINGS = ['measure', 'value', 'against', 'ratio', 'target', 'verdict'];

/** The measures as a table for a terminal: names aligned left, figures aligned right. */
export function table(measures: readonly Measure[]): string {
  const rows = [HEADINGS, ...measures.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => padded(cell, widths[column] ?? 0, column)).join('  '));
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [lines[0], rule, ...lines.slice(1)].map((line) => line?.trimEnd()).join('\n');
}

function cells(measure: Measure): string[] {
  const { what, unit, value, baseline, ratio } = measure;
  return [
    what,
    `${figure(value)} ${unit}`,
    baseline === undefined ? '' : `${figure(baseline)} ${unit}`,
    ratio === undefined ? '' : `${ratio.toFixed(2)} x`,
    targetText(measure),
    verdict(measure),
  ];
}

function padded(cell: string, width: number, column: number): string {
  const isText = column === 0 || column === HEADINGS.length - 1;
  return isText ? cell.padEnd(width) : cell.padStart(width);
}

/** Three significant digits, the precision of the figures. Whole numbers keep all digits. */
function figure(value: number): string {
  if (Number.isInteger(value) || value >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}

function targetText({ target, unit }: Measure): string {
  if (target === undefined) return '';
  const [sign, limit] = target.atMost === undefined ? ['>=', target.atLeast ?? NaN] : ['<=', target.atMost];
  return `${sign} ${limit.toLocaleString('en')} ${target.of === 'ratio' ? 'x' : unit}`;
}

function verdict(measure: Measure): string {
  const isMet = meetsTarget(measure);
  if (isMet === undefined) return '';
  return isMet ? 'ok' : 'MISSED';
}
