import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EmulatedEc2 } from '../../support/emulated-aws/emulated-ec2.ts';
import { EmulatedAws } from '../../support/emulated-aws/server.ts';
import { readYaml } from '../../support/metrics/dashboards.ts';
import type { ScrapeConfig } from '../../support/metrics/prometheus-server.ts';
import type { LocalServer } from '../../support/processes/local-server.ts';
import { startServer, urlOf } from '../../support/processes/local-server.ts';
import { inventoryText } from '../../support/providers/inventory.ts';
import { OPERATOR } from './borrowers.ts';

/** What the servers know as the token of scrapes. */
export const TOKEN = 'a-token-for-tests-only';

/** A VM that fails each check, and the failed checks that quarantine it. */
export const FAILING = { vm: 'vm-05', checks: 2 };

/** A local server, as `npm start` runs it. */
export interface ScrapedServer {
  readonly server: LocalServer;
  /** URL of its API. */
  readonly url: string;
  /** As Prometheus labels its figures. */
  readonly instance: string;
}

/** Servers that lend mock VMs from memory and from a table, one with a pool of EC2, and the folder of their files. */
export interface Servers {
  readonly memory: ScrapedServer;
  readonly table: ScrapedServer;
  readonly inventory: ScrapedServer;
  readonly folder: string;
  readonly stop: () => Promise<void>;
}

/** Starts them one after another: each builds the function first. */
export async function startServers(): Promise<Servers> {
  const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-metrics-'));
  const [token, vms] = [path.join(folder, 'token'), path.join(folder, 'vms.json')];
  await writeFile(token, TOKEN);
  await writeFile(vms, inventoryText([], { default: INSTANCES }));
  const aws = await EmulatedAws.start();
  // Nothing answers at its address, so its check waits for as long as this run takes.
  await (await EmulatedEc2.in(aws)).launch({ tags: { 'vm-pool:pool': 'default' } });
  const running: LocalServer[] = [];

  async function start(more: Record<string, string>, ...args: string[]): Promise<ScrapedServer> {
    const server = startServer({ ...VARIABLES, METRICS_TOKEN: token, ...more }, args);
    running.push(server);
    const url = await urlOf(server);
    return { server, url, instance: new URL(url).host };
  }

  async function stop(): Promise<void> {
    for (const { process, exit } of running) {
      process.kill('SIGKILL');
      await exit;
    }
    await aws.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }

  try {
    const memory = await start({});
    const table = await start({}, '--table-folder', path.join(folder, 'table'));
    const ec2 = { ...aws.variables, PROVIDER: 'ec2', CERTIFICATE_AUTHORITY: `${vms}.pem` };
    const inventory = await start(ec2, '--inventory', vms);
    return { memory, table, inventory, folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The next tick of the server with an inventory can't use it. */
export async function breakInventory({ folder }: Servers): Promise<void> {
  await writeFile(path.join(folder, 'vms.json'), '{ not JSON');
}

/** Scrapes the servers as the example of a configuration does it, and one more time with a wrong token. */
export async function scrapesOf({ memory, table, inventory, folder }: Servers): Promise<ScrapeConfig[]> {
  const { scrape_configs: examples } = readYaml('prometheus.yml') as { scrape_configs: ScrapeConfig[] };
  const example = examples.find(({ job_name: name }) => name === 'vm-pool-local');
  const wrong = path.join(folder, 'wrong-token');
  await writeFile(wrong, `${TOKEN}-not`);
  return [
    scrape('vm-pool', path.join(folder, 'token'), [memory, table, inventory]),
    scrape('vm-pool-intruder', wrong, [memory]),
  ];

  function scrape(job: string, file: string, servers: readonly ScrapedServer[]): ScrapeConfig {
    const targets = servers.map(({ instance }) => instance);
    return {
      ...example,
      job_name: job,
      authorization: { credentials_file: file },
      static_configs: [{ targets }],
    };
  }
}

/** A pool that stops VMs, so that there are figures of it. */
const INSTANCES = {
  access: 'certificate',
  check: 'host-key',
  reset: 'none',
  ec2: { username: 'tester', minRunning: 0 },
} as const;

const VARIABLES = {
  METRICS_NAMESPACE: 'vm-pool-test',
  ADMIN_USERS: OPERATOR,
  MOCK_FAILING_VMS: FAILING.vm,
  CHECK_MAX_FAILURES: String(FAILING.checks),
  CHECK_BACKOFF_SECONDS: '0',
};
