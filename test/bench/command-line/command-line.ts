import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Findings } from '../figures/measure.ts';
import { compared, inPairs } from '../figures/stats.ts';
import { ROOT } from '../processes.ts';

const PAIRS = { full: 41, quick: 7 };

const run = promisify(execFile);

/** Measures how long `vm-pool --help` takes, against Node that does nothing. */
export async function measureCommandLine(isQuick: boolean): Promise<Findings> {
  await run(path.join(ROOT, 'scripts/package'), ['cli']);
  const help = () => msOf([path.join(ROOT, 'dist/cli/main.cjs'), '--help']);
  const pairs = await inPairs(isQuick ? PAIRS.quick : PAIRS.full, help, () => msOf(['-e', '0']));
  const figures = compared(pairs);
  return {
    measures: [
      {
        id: 'cli.help',
        what: 'command line: vm-pool --help, against node -e 0',
        unit: 'ms',
        ...figures,
        target: { of: 'ratio', atMost: 1.5 },
      },
    ],
    notes: [],
  };
}

async function msOf(args: readonly string[]): Promise<number> {
  const startMs = performance.now();
  await run(process.execPath, [...args], { env: {} });
  return performance.now() - startMs;
}
