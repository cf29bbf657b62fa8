import path from 'node:path';
import { parseArgs } from 'node:util';
import { PARTS } from './parts.ts';
import { ROOT } from './processes.ts';

const NAME_WIDTH = Math.max(...Object.keys(PARTS).map((name) => name.length));

const HELP = `usage: npm run bench -- [options]

  --only PARTS  measure only these, comma-separated
  --quick       run fewer and shorter rounds; the figures are only a hint
  --out FILE    write the figures to FILE as JSON (dist/bench.json)
  --check       exit with 1 when a figure misses its target

parts:
${Object.entries(PARTS)
  .map(([name, { what }]) => `  ${name.padEnd(NAME_WIDTH)}  ${what}`)
  .join('\n')}
`;

/** The parts that a run measures, and the file of its figures. */
export interface Options {
  /** Names of parts */
  readonly parts: readonly string[];
  readonly isQuick: boolean;
  readonly out: string;
  readonly isCheck: boolean;
}

/** Reads the command line. Ends the process after `--help` and for an unknown part. */
export function optionsOf(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: Object.keys(PARTS).join() },
      quick: { type: 'boolean', default: false },
      out: { type: 'string', default: path.join(ROOT, 'dist/bench.json') },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    process.exit();
  }
  const parts = values.only.split(',');
  const unknown = parts.filter((part) => !(part in PARTS));
  if (unknown.length > 0) {
    process.stderr.write(`unknown part: ${unknown.join(', ')}\n\n${HELP}`);
    process.exit(2);
  }
  return { parts, isQuick: values.quick, out: values.out, isCheck: values.check };
}
