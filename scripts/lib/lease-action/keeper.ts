import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Lease } from '../../../lambda/client/routes.ts';
import type { Loan } from './loan.ts';

/** What the keeper is told. No secret is in it: others can read the arguments of a process. */
export interface Errand {
  readonly loan: Loan;
  readonly lease: Lease;
  /** Length of each renewal, from then on. */
  readonly minutes: number;
  /** The process that runs the job: the keeper ends with it. */
  readonly jobPid: number;
}

/** Longest that the keeper may take to end. */
const ENDS_WITHIN_MS = 5_000;
const LOOK_EACH_MS = 100;

/** The keeper runs while this file exists. A signal to a process id could hit another process; this can't. */
export function wantedFile({ folder }: Loan): string {
  return path.join(folder, 'keeper-wanted');
}

/** The keeper writes this file when it ends. In a container nobody may collect it, so that its process id remains. */
export function endedFile({ folder }: Loan): string {
  return path.join(folder, 'keeper-ended');
}

function logOf({ folder }: Loan): string {
  return path.join(folder, 'keeper.log');
}

/** Starts the process that renews login and lease while the job runs. @returns its id */
export function startKeeper(errand: Errand): number {
  writeFileSync(wantedFile(errand.loan), '', { mode: 0o600 });
  const log = openSync(logOf(errand.loan), 'a', 0o600);
  const program = fileURLToPath(new URL('keep.mjs', import.meta.url));
  // Not the pipes of this step: the runner waits until all who hold them have ended.
  const child = spawn(process.execPath, [program, JSON.stringify(errand)], {
    detached: true,
    stdio: ['ignore', 'ignore', log],
  });
  child.unref();
  closeSync(log);
  if (child.pid === undefined) throw new Error('the process that renews the lease did not start');
  return child.pid;
}

/** Ends the keeper and waits until it is gone. @returns the lines of its log */
export async function endKeeper(loan: Loan, pid: number | undefined): Promise<readonly string[]> {
  await rm(wantedFile(loan), { force: true });
  const deadline = Date.now() + ENDS_WITHIN_MS;
  const hasEnded = () => pid === undefined || existsSync(endedFile(loan)) || !isRunning(pid);
  while (!hasEnded() && Date.now() < deadline) await sleep(LOOK_EACH_MS);
  const log = logOf(loan);
  const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
  return lines.filter((line) => line !== '');
}

/** Whether a process with this id runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
