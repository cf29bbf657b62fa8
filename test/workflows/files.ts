/** The workflows and actions of `.github/`, as text and parsed. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export interface Step {
  id?: string;
  name?: string;
  uses?: string;
  run?: string;
  shell?: string;
  if?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}

export interface Job {
  uses?: string;
  'runs-on'?: string;
  needs?: string | string[];
  if?: string;
  permissions?: Record<string, string>;
  environment?: { name: string };
  env?: Record<string, string>;
  outputs?: Record<string, string>;
  strategy?: { matrix: Record<string, string[]> };
  'timeout-minutes'?: number;
  steps?: Step[];
  with?: Record<string, unknown>;
  secrets?: Record<string, string> | string;
}

export interface Workflow {
  on: Record<string, { tags?: string[]; branches?: string[] } | null>;
  permissions?: Record<string, string>;
  concurrency?: { group: string; 'cancel-in-progress': string | boolean };
  env?: Record<string, string>;
  jobs: Record<string, Job>;
}

export interface Action {
  inputs?: Record<string, { default?: string }>;
  outputs?: Record<string, unknown>;
  runs: { using: string; steps?: Step[] };
}

/** One file below `.github/`, named by its path in the repository. */
export interface Source<Content> {
  path: string;
  text: string;
  content: Content;
}

function read<Content>(file: string): Source<Content> {
  const text = readFileSync(path.join(repository, file), 'utf8');
  return { path: file, text, content: parse(text) as Content };
}

const filesIn = (folder: string) => readdirSync(path.join(repository, folder)).map((name) => path.join(folder, name));

export const workflow = (name: string) => read<Workflow>(`.github/workflows/${name}.yml`).content;
export const workflows = filesIn('.github/workflows').map(read<Workflow>);
export const actions = filesIn('.github/actions').map((folder) => read<Action>(path.join(folder, 'action.yml')));
export const compositeActions = actions.filter(({ content }) => content.runs.using === 'composite');

/** The job of a workflow; throws when there is none, so that a test can't pass on a name that is gone. */
export function jobOf({ jobs }: Workflow, id: string): Job {
  const job = jobs[id];
  if (job === undefined) throw new Error(`there is no job ${id}`);
  return job;
}

/** The shell commands of a job, in their order. */
export const commands = ({ steps = [] }: Job): string[] => steps.flatMap(({ run }) => run ?? []);

/** The steps of a job that use an action, such as `actions/checkout`. */
export const stepsUsing = ({ steps = [] }: Job, action: string): Step[] =>
  steps.filter(({ uses }) => uses === action || uses?.startsWith(`${action}@`));

/** Every job of every workflow, named `file: job`. */
export const jobs = workflows.flatMap(({ path: file, content }) =>
  Object.entries(content.jobs).map(([id, job]) => ({ name: `${path.basename(file)}: ${id}`, job })),
);

/** Every step of every job and composite action, named by its place. */
export const steps = [
  ...jobs.map(({ name, job }) => ({ name, steps: job.steps ?? [] })),
  ...actions.map(({ path: file, content }) => ({ name: file, steps: content.runs.steps ?? [] })),
].flatMap(({ name, steps }) => steps.map((step, index) => ({ name: `${name}, step ${index + 1}`, step })));
