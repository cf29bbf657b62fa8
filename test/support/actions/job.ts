import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { tracked } from '../processes/child-processes.ts';
import { shownLog } from './shown-log.ts';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

type Texts = Readonly<Record<string, string>>;

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly runs: { readonly main: string; readonly post: string };
}

/** How a step went. */
export interface Ran {
  /** null when it was killed */
  readonly code: number | null;
  /** What it printed, commands for the runner included. */
  readonly raw: string;
  /** What the runner shows of it: commands taken out, and secrets masked from the moment that they are known. */
  readonly log: string;
}

/**
 * One job on a runner of GitHub, and the steps of one action in it: variables `INPUT_*` and `STATE_*`, files for what a
 * step sets, and a folder that is emptied afterwards.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionRunner.cs
 */
export class Job {
  readonly outputs: Record<string, string> = {};
  /** What the steps have set for later ones. */
  readonly variables: Record<string, string> = {};
  readonly state: Record<string, string> = {};
  /** Every secret that a step has named. */
  readonly secrets: string[] = [];

  private constructor(
    private readonly action: ActionFile,
    private readonly actionFolder: string,
    /** `RUNNER_TEMP` */
    readonly temp: string,
    private readonly inputs: Texts,
    private readonly env: Texts,
  ) {}

  /** Starts a job whose step `uses` an action of this repository. @param env - of the job */
  static async start(uses: string, inputs: Texts, env: Texts = {}): Promise<Job> {
    const folder = path.join(repository, uses);
    const action = parse(await readFile(path.join(folder, 'action.yml'), 'utf8')) as ActionFile;
    const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? '']);
    const temp = await mkdtemp(path.join(tmpdir(), 'runner-temp-'));
    return new Job(action, folder, temp, { ...(Object.fromEntries(defaults) as Texts), ...inputs }, env);
  }

  /** Runs a step of the action. @param during - gets the process and what it has printed so far */
  async run(stage: 'main' | 'post', options: RunOptions = {}): Promise<Ran> {
    const files = await this.commandFiles();
    const child = tracked(
      spawn(process.execPath, [path.join(this.actionFolder, this.action.runs[stage])], {
        env: { ...this.environment(), ...files, ...options.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    let raw = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (raw += chunk.toString()));
    const closed = once(child, 'close') as Promise<[number | null]>;
    await options.during?.({
      kill: (signal) => child.kill(signal),
      printed: (text) => until(() => raw.includes(text)),
    });
    const [code] = await closed;
    Object.assign(this.outputs, await settings(files.GITHUB_OUTPUT));
    Object.assign(this.variables, await settings(files.GITHUB_ENV));
    Object.assign(this.state, await settings(files.GITHUB_STATE));
    await Promise.all(Object.values(files).map((file) => rm(file)));
    const { log, secrets } = shownLog(raw, this.secrets);
    this.secrets.push(...secrets);
    return { code, raw, log };
  }

  /** What the action left in the folder of the runner. */
  leftovers(): string[] {
    return existsSync(this.temp) ? readdirSync(this.temp) : [];
  }

  /** Ends the job as the runner does: its folder is emptied. */
  async end(): Promise<void> {
    await rm(this.temp, { recursive: true, force: true });
  }

  private environment(): Texts {
    const { PATH = '', HOME = '' } = process.env;
    const inputs = Object.entries(this.inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
    const state = Object.entries(this.state).map(([name, value]) => [`STATE_${name}`, value]);
    const own = { PATH, HOME, CI: 'true', GITHUB_ACTIONS: 'true', RUNNER_TEMP: this.temp };
    return { ...own, ...this.env, ...this.variables, ...(Object.fromEntries([...inputs, ...state]) as Texts) };
  }

  private async commandFiles() {
    const file = (name: string) => path.join(this.temp, `_${name}`);
    const files = { GITHUB_OUTPUT: file('output'), GITHUB_ENV: file('env'), GITHUB_STATE: file('state') };
    await Promise.all(Object.values(files).map((name) => writeFile(name, '')));
    return files;
  }
}

/** A step while it runs. */
export interface RunningStep {
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Waits until the step has printed a text. */
  readonly printed: (text: string) => Promise<void>;
}

/** How a step is run. */
export interface RunOptions {
  readonly env?: Texts;
  readonly during?: (step: RunningStep) => Promise<void>;
}

/** Waits until something is so. @throws Error when it takes too long */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it did not come about');
    await sleep(20);
  }
}

/** Reads a file that a step has written settings to: `NAME<<DELIMITER`, lines, `DELIMITER`. */
async function settings(file: string): Promise<Texts> {
  const text = await readFile(file, 'utf8');
  const entries = [...text.matchAll(/^(?<name>[^\n<]+)<<(?<end>.+)\n(?<value>[^]*?)\n?\k<end>$/gm)];
  return Object.fromEntries(entries.map(({ groups = {} }) => [groups.name ?? '', groups.value ?? '']));
}
