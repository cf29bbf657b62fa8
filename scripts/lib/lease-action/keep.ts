/** The keeper: a process beside the steps of the job, which renews login and lease until the job ends. */
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoginFolder } from '../login/folder.ts';
import { keepLogin, saysLeaseEnded } from '../login/keep.ts';
import type { Errand } from './keeper.ts';
import { endedFile, isRunning, wantedFile } from './keeper.ts';
import { openService } from './service.ts';
import { worded } from './wording.ts';

const LOOK_EACH_MS = 250;

/** GitHub's longest job: https://docs.github.com/actions/reference/limits */
const LONGEST_JOB_MS = 5 * 24 * 3_600_000;

const { loan, lease, minutes, jobPid } = JSON.parse(process.argv[2] ?? '') as Errand;
const endMs = Date.now() + LONGEST_JOB_MS;
let isOver = false;

try {
  if (mayGoOn()) await keep();
} catch (error) {
  complain(error);
} finally {
  if (existsSync(loan.folder)) writeFileSync(endedFile(loan), '', { mode: 0o600 });
}

async function keep(): Promise<void> {
  const { client, who } = await openService(loan);
  const folder = await LoginFolder.open(loan.folder, lease.id);
  const keeping = keepLogin({ client, who, lease, folder, renewMinutes: minutes, onFault });
  while (!isOver && mayGoOn()) await sleep(LOOK_EACH_MS);
  await keeping.stop();
}

/** Whether the job still runs, as far as this process can know. A container hides the process that runs the job. */
function mayGoOn(): boolean {
  return existsSync(wantedFile(loan)) && (jobPid <= 1 || isRunning(jobPid)) && Date.now() < endMs;
}

function onFault(error: unknown): void {
  isOver = saysLeaseEnded(error);
  complain(error);
}

/** Leaves a line for the post step. */
function complain(error: unknown): void {
  process.stderr.write(`${new Date().toISOString()} ${worded(error)}\n`);
}
