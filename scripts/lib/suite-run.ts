import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MissingTool } from './missing-tools.ts';

/** A suite of tests. */
export interface Suite {
  readonly about: string;
  /** Command lines, run in order until one fails; their programs come from node_modules/.bin. */
  readonly run: readonly (readonly string[])[];
  readonly missing?: () => readonly MissingTool[];
}

/** How a suite went. */
export interface Report {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly seconds: number;
  readonly missing: readonly MissingTool[];
}

/** Runs one suite and reports on it. A suite whose tools are missing does not run. @param end - ends the suite early */
export type SuiteRun = (name: string, suite: Suite, end: AbortSignal) => Promise<Report>;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Shows the output as it comes: for one suite at a time. */
export const runShown: SuiteRun = (name, suite, end) => {
  console.log(title(name, suite));
  return run(name, suite, end, ['inherit', 'inherit', 'inherit']);
};

/**
 * Keeps the output in a file and shows it in one piece when the suite has ended. A file and not a pipe: a program that
 * a test has left behind would keep a pipe open.
 */
export const runKept: SuiteRun = async (name, suite, end) => {
  console.log(`-- ${name} begins`);
  const folder = mkdtempSync(path.join(tmpdir(), `vm-pool-test-${name}-`));
  const file = path.join(folder, 'output');
  const output = openSync(file, 'a');
  try {
    return await run(name, suite, end, ['ignore', output, output]);
  } finally {
    closeSync(output);
    console.log(title(name, suite));
    process.stdout.write(readFileSync(file));
    rmSync(folder, { recursive: true });
  }
};

function title(name: string, { about }: Suite): string {
  return `\n== ${name}: ${about}`;
}

type Stdio = ('inherit' | 'ignore' | number)[];

async function run(name: string, suite: Suite, end: AbortSignal, stdio: Stdio): Promise<Report> {
  const startedMs = Date.now();
  const report = (outcome: Report['outcome'], missing: readonly MissingTool[] = []): Report => {
    return { name, outcome, seconds: Math.round((Date.now() - startedMs) / 1000), missing };
  };
  const tools = suite.missing?.() ?? [];
  if (tools.length > 0) return report(process.env.CI === 'true' ? 'failed' : 'skipped', tools);
  for (const command of suite.run) {
    if (end.aborted || !(await succeeds(command, end, stdio))) return report('failed');
  }
  return report('passed');
}

/** Whether a command ends with exit code 0. */
function succeeds([program = '', ...args]: readonly string[], end: AbortSignal, stdio: Stdio): Promise<boolean> {
  const PATH = [path.join(root, 'node_modules', '.bin'), process.env.PATH].join(path.delimiter);
  const child = spawn(program, args, { cwd: root, stdio, env: { ...process.env, PATH }, signal: end });
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      resolve(code === 0);
    });
    child.once('error', ({ message }) => {
      console.error(`${program}: ${message}`);
      resolve(false);
    });
  });
}
