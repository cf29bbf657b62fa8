import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Visit } from '../../../lambda/pool/visit.ts';
import { Fleet } from '../../../scripts/lib/vms/fleet.ts';
import { sshdPath, toolsMissing } from '../../../scripts/lib/vms/install.ts';
import type { Findings, Measure } from '../figures/measure.ts';
import { compiled, ROOT, runWorker } from '../processes.ts';
import type { Visited } from './host-keys-process.ts';

const VISITS = { full: 1_000, quick: 100 };
const SERVERS = { full: 32, quick: 4 };

/** Longest that the visits of a kind may take, milliseconds; then fewer are made. */
const BUDGET_MS = 60_000;

/** Longest visit, milliseconds: on a busy machine 32 at once are slow. */
const LIMIT_MS = 20_000;

type Kind = 'host-key' | 'banner';

/** Measures checks by host key over real SSH servers, against checks that only read the banner. */
export async function measureHostKeys(isQuick: boolean): Promise<Findings> {
  const missing = toolsMissing();
  if (missing.length > 0) {
    const notes = missing.map(({ name, install }) => `host keys: not measured, ${name} is missing (${install})`);
    return { measures: [], notes };
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-bench-'));
  const count = isQuick ? SERVERS.quick : SERVERS.full;
  try {
    const fleet = await Fleet.start({ count, folder, trustedKeys: [], config: withoutPenalties() });
    try {
      return await measureOver(fleet, isQuick ? VISITS.quick : VISITS.full);
    } finally {
      await fleet.stop();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measureOver({ vms }: Fleet, count: number): Promise<Findings> {
  const banner = await visited(vms, 'banner', count);
  const hostKey = await visited(vms, 'host-key', count);
  const against = (figure: (of: Visited) => number) => {
    const [value, baseline] = [figure(hostKey), figure(banner)];
    return { value, baseline, ratio: value / baseline };
  };
  const what = `${count.toLocaleString('en')} VMs checked by host key, against by banner`;
  const measures: Measure[] = [
    {
      id: 'host-keys.wall',
      what: `${what}: all of them`,
      unit: 's',
      ...against(({ wallMs, made }) => ((wallMs / made) * count) / 1000),
    },
    {
      id: 'host-keys.cpu',
      what: `${what}: CPU time of the visitor, each`,
      unit: 'ms',
      ...against(({ cpuMs, made }) => cpuMs / made),
    },
    {
      id: 'host-keys.faults',
      what: `${what}: different reasons of failed checks`,
      unit: '',
      value: hostKey.faults.length + banner.faults.length,
      target: { of: 'value', atMost: 0 },
    },
  ];
  const faults = [...banner.faults, ...hostKey.faults].map((fault) => `host keys: a check failed: ${fault}`);
  const how = `host keys: ${hostKey.made} visits by the visitor function in one process, 32 at once, over ${vms.length} SSH servers on the same cores`;
  return { measures, notes: [how, ...faults] };
}

async function visited(vms: Fleet['vms'], kind: Kind, count: number): Promise<Visited> {
  const visits = vms.map(({ id, address: ip, port, hostKeys }): Visit => {
    return { vm: { id, ip, port }, kind, hostKeys, limitMs: LIMIT_MS };
  });
  const visitor = pathToFileURL(path.join(ROOT, 'dist/lambda/visitor.mjs')).href;
  const script = await compiled('vms/host-keys-process');
  return runWorker<Visited>(script, [visitor, JSON.stringify(visits), String(count), String(BUDGET_MS)]);
}

/** OpenSSH 9.8 and later refuses clients that leave often without logging in; earlier ones don't know the option. */
function withoutPenalties(): string[] {
  const option = 'PerSourcePenalties no';
  const { stderr } = spawnSync(sshdPath(), ['-T', '-f', '/dev/null', '-o', option], { encoding: 'utf8' });
  return stderr.includes('Bad configuration option') ? [] : [option];
}
