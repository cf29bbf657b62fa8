/**
 * Measures the figures that no change may worsen, as ratios within one run, and shows which ones miss their targets.
 * `npm run bench -- --help` lists the options and the parts.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Findings } from './figures/measure.ts';
import { meetsTarget } from './figures/measure.ts';
import { table } from './figures/table.ts';
import { machineFacts, machineText } from './machine.ts';
import type { Options } from './options.ts';
import { optionsOf } from './options.ts';
import { PARTS } from './parts.ts';

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await bench(optionsOf(process.argv.slice(2)));

/** @returns the exit code */
async function bench({ parts, isQuick, out, isCheck }: Options): Promise<number> {
  const machine = machineFacts();
  const { measures, notes } = await findingsOf(parts, isQuick);
  const lines = [...notes, machineText(machine)].map((note) => `- ${note}`);
  console.log(`\n${table(measures)}\n\n${lines.join('\n')}`);

  const results = measures.map((measure) => ({ ...measure, isMet: meetsTarget(measure) }));
  await mkdir(path.dirname(out), { recursive: true });
  await writeFile(out, `${JSON.stringify({ machine, isQuick, notes, measures: results }, undefined, 2)}\n`);
  return isCheck && results.some(({ isMet }) => isMet === false) ? 1 : 0;
}

async function findingsOf(parts: readonly string[], isQuick: boolean): Promise<Findings> {
  const findings: Findings[] = [];
  for (const part of parts) {
    process.stderr.write(`measuring ${part} ...\n`);
    findings.push((await PARTS[part]?.measure(isQuick)) ?? { measures: [], notes: [] });
  }
  return { measures: findings.flatMap(({ measures }) => measures), notes: findings.flatMap(({ notes }) => notes) };
}
