import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCertificateAuthority } from '../../../lambda/access/certificate-authority.ts';
import type { Findings, Measure } from '../figures/measure.ts';
import { median } from '../figures/stats.ts';
import { compiled, runWorker } from '../processes.ts';
import type { Level } from './release-levels.ts';
import { inventoryOf, LEVELS } from './release-levels.ts';
import type { Freed } from './release-process.ts';

/** The measure that the others of real VMs are compared with. */
const HOST_KEY = 'release.host-key';

const MOCK_ROUNDS = { full: 200, quick: 20 };

/** Measures the time from a release until the VM is free, by what makes it clean and checks it. */
export async function measureRelease(isQuick: boolean): Promise<Findings> {
  const script = await compiled('vms/release-process');
  const rounds = String(isQuick ? MOCK_ROUNDS.quick : MOCK_ROUNDS.full);
  const mock = await runWorker<Freed[]>(script, [rounds]);
  const measures: Measure[] = [measureOf('mock', 'mock VM', mock)];
  const notes = [
    'release: median of each, against a check by host key without a reset; leases in memory, VM on this computer, signing key in a file',
  ];
  for (const level of LEVELS) {
    const missing = level.missing();
    notes.push(...missing.map(({ name }) => `release: "${level.what}" not measured, ${name} is missing`));
    if (missing.length > 0) continue;
    const freed = await freedAt(level, script, isQuick);
    const hostKey = measures.find(({ id }) => id === HOST_KEY);
    measures.push(against(hostKey, measureOf(level.id, level.what, freed)));
    const waitSec = median(freed.map((each) => each.waitSec));
    if (waitSec > 0) notes.push(`release: "${level.what}" adds a wait of ${waitSec} s, which was skipped`);
  }
  return { measures, notes };
}

async function freedAt(level: Level, script: string, isQuick: boolean): Promise<Freed[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-bench-'));
  try {
    const key = path.join(folder, 'ca.pem');
    const { publicKeys } = await createCertificateAuthority({ key });
    const { vm, stop } = await level.start(path.join(folder, 'vm'), publicKeys);
    try {
      const inventory = path.join(folder, 'vms.json');
      await writeFile(inventory, inventoryOf(level, vm));
      const rounds = String(isQuick ? level.rounds.quick : level.rounds.full);
      return await runWorker<Freed[]>(script, [rounds, inventory, key]);
    } finally {
      await stop();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

function measureOf(id: string, what: string, freed: readonly Freed[]): Measure {
  return {
    id: `release.${id}`,
    what: `release until free: ${what}`,
    unit: 'ms',
    value: median(freed.map(({ workMs }) => workMs)),
  };
}

function against(baseline: Measure | undefined, measure: Measure): Measure {
  if (baseline === undefined) return measure;
  return { ...measure, baseline: baseline.value, ratio: measure.value / baseline.value };
}
