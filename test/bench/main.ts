/**
 * Measures what issue after issue must not make slower, as ratios taken in one run, and says what misses its target.
 * `npm run bench -- --help` tells the options.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { measureBundle } from './bundle/bundle.ts';
import { measureColdStart } from './cold-start/cold-start.ts';
import { measureDynamoDbColdStart } from './dynamodb/cold-start.ts';
import { measureDynamoDbCosts } from './dynamodb/costs.ts';
import { overDynamoDb } from './dynamodb/database.ts';
import { measureStampedes } from './dynamodb/stampede.ts';
import { measureTick } from './dynamodb/tick.ts';
import { measureLocalServer } from './server/local-server.ts';
import { meetsTarget, type Findings } from './figures/measure.ts';
import { measureMemoryStore } from './memory-store/memory-store.ts';
import { ROOT } from './processes.ts';
import { table } from './figures/table.ts';
import { measureWarmHandler } from './warm-handler/warm-handler.ts';

const PARTS: Readonly<Record<string, (isQuick: boolean) => Promise<Findings>>> = {
  cold: measureColdStart,
  warm: measureWarmHandler,
  server: measureLocalServer,
  store: measureMemoryStore,
  bundle: measureBundle,
  'cold-dynamodb': overDynamoDb(measureDynamoDbColdStart),
  dynamodb: overDynamoDb(measureDynamoDbCosts),
  stampede: overDynamoDb(measureStampedes),
  tick: overDynamoDb(measureTick),
};

const HELP = `usage: npm run bench -- [options]

  --only PARTS  only these, comma-separated: ${Object.keys(PARTS).join(', ')}
  --quick       fewer and shorter rounds; the figures are then only a hint
  --out FILE    where the figures go as JSON (dist/bench.json)
  --check       exit with 1 when a target is missed
`;

interface Options {
  readonly parts: readonly string[];
  readonly isQuick: boolean;
  readonly out: string;
  readonly isCheck: boolean;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await bench(optionsOf(process.argv.slice(2)));

function optionsOf(args: string[]): Options {
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
    process.stderr.write(`there is no part ${unknown.join(', ')}\n\n${HELP}`);
    process.exit(2);
  }
  return { parts, isQuick: values.quick, out: values.out, isCheck: values.check };
}

/** @returns the exit code */
async function bench({ parts, isQuick, out, isCheck }: Options): Promise<number> {
  const machine = machineFacts();
  const findings: Findings[] = [];
  for (const part of parts) {
    process.stderr.write(`measuring ${part} ...\n`);
    findings.push((await PARTS[part]?.(isQuick)) ?? { measures: [], notes: [] });
  }
  const measures = findings.flatMap((found) => found.measures);
  const notes = findings.flatMap((found) => found.notes);

  console.log(`\n${table(measures)}\n\n${notes.map((note) => `- ${note}`).join('\n')}\n- ${machineText(machine)}`);
  const results = measures.map((measure) => ({ ...measure, isMet: meetsTarget(measure) }));
  await mkdir(path.dirname(out), { recursive: true });
  await writeFile(out, `${JSON.stringify({ machine, isQuick, notes, measures: results }, undefined, 2)}\n`);
  return isCheck && results.some(({ isMet }) => isMet === false) ? 1 : 0;
}

interface Machine {
  readonly at: string;
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  /** Programs that wanted a core when the run began, on average over a minute; the run's own come later */
  readonly load: number;
}

function machineFacts(): Machine {
  const cores = cpus();
  return {
    at: new Date().toISOString(),
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    node: process.versions.node,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

function machineText({ at, cpu, cores, node, load }: Machine): string {
  return `${at}, ${cores} x ${cpu}, Node ${node}, load ${load} at the start`;
}
