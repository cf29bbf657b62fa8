import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { ended, tracked } from '../processes/child-processes.ts';
import { GRAFANA } from './promtool.ts';

/** Longest that it is waited for, on a busy computer: until it is ready, answers, has ended. */
const START_MS = 60_000;
const ANSWER_MS = 30_000;
const END_MS = 10_000;

/** What Prometheus scrapes, in the words of its configuration. */
export type ScrapeConfig = Readonly<Record<string, unknown>>;

/** One series of an answer, with its latest value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A real Prometheus with our rules, which scrapes each second. It has a folder and a port of its own. */
export class PrometheusServer {
  private output = '';

  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
  }

  /** @throws Error with all that it wrote, if it does not become ready */
  static async start(scrapeConfigs: readonly ScrapeConfig[]): Promise<PrometheusServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-prometheus-'));
    await copyFile(path.join(GRAFANA, 'rules.yml'), path.join(folder, 'rules.yml'));
    const global = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' };
    const configuration = { global, rule_files: ['rules.yml'], scrape_configs: scrapeConfigs };
    await writeFile(path.join(folder, 'prometheus.yml'), stringify(configuration));
    const flags = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', '--web.listen-address=127.0.0.1:0'];
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const server = new PrometheusServer(
      folder,
      tracked(spawn('prometheus', flags, { cwd: folder, stdio: [...stdio] })),
    );
    await server.ready();
    return server;
  }

  /** The answer to an instant query. @throws Error with what Prometheus says of a wrong query */
  async query(query: string): Promise<Sample[]> {
    const { result } = await this.get<{ result: Vector | [number, string] }>(
      `query?${new URLSearchParams({ query }).toString()}`,
    );
    if (!isVector(result)) return [{ labels: {}, value: Number(result[1]) }];
    return result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
  }

  /** `data` of an answer of its HTTP API: https://prometheus.io/docs/prometheus/latest/querying/api/ */
  async get<Data>(call: string): Promise<Data> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await fetch(`${this.url()}/api/v1/${call}`, { signal }).catch((cause: unknown) => {
      throw new Error(`Prometheus does not answer ${call}`, { cause });
    });
    const { status, error, data } = (await response.json()) as { status: string; error?: string; data: Data };
    if (status !== 'success') throw new Error(`${call}: ${error ?? status}`);
    return data;
  }

  /** Stops it and removes its data. */
  async stop(): Promise<void> {
    await ended(this.child, END_MS, () => this.child.kill('SIGTERM'));
    await rm(this.folder, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (!this.output.includes('Server is ready to receive web requests')) {
      if (this.child.exitCode !== null || Date.now() > deadline) {
        await this.stop();
        throw new Error(`Prometheus did not start:\n${this.output}`);
      }
      await sleep(50);
    }
  }

  private url(): string {
    return `http://${/msg="Listening on".* address=(\S+)/.exec(this.output)?.[1] ?? ''}`;
  }
}

type Vector = { readonly metric: Record<string, string>; readonly value: [number, string] }[];

function isVector(result: Vector | [number, string]): result is Vector {
  return result.length === 0 || typeof result[0] === 'object';
}
