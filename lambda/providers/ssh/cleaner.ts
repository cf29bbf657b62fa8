/** What the cleaner on a VM answers, see `scripts/enroll`. */
import type { Verdict } from '../../pool/life.ts';
import type { VisitReport } from '../../pool/visit.ts';
import { printable } from '../inventory/fault.ts';
import type { Command } from './login.ts';

/** How wrong the clock of a VM may be, seconds: half of what certificates allow for. */
const LARGEST_SKEW_SEC = 30;

/** Longest that a cleaner may ask for more time, from its first such answer, seconds. */
const PATIENCE_SEC = 10 * 60;

/** Exit status of a cleaner that needs more time: EX_TEMPFAIL of sysexits(3). */
const NEEDS_TIME = 75;

/** Exit statuses of a shell that can't run the cleaner. */
const NOT_RUN = [126, 127];

/** A run of the cleaner. */
export interface CleanerRun {
  readonly command: Command;
  readonly serial: number;
  /** When the visit began and ended, UTC epoch milliseconds. */
  readonly startedMs: number;
  readonly endedMs: number;
}

/** The verdict on a VM whose cleaner was run. */
export function cleanerVerdict(run: CleanerRun, report: Extract<VisitReport, { ok: true }>): Verdict {
  const { exitStatus, output = '' } = report;
  const lines = linesOf(output);
  const answer = lines.at(-1) ?? '';
  if (exitStatus === NEEDS_TIME) return patience(answer);
  const right = run.command === 'clean' ? `ok clean ${run.serial}` : 'ok check';
  if (exitStatus === 0 && answer === right) return clockVerdict(run, lines);
  return failed(run, exitStatus, answer);
}

/**
 * When the VM has booted, by the seconds that it says it is up, UTC epoch seconds: then or up to two seconds and the time
 * of the visit later. Undefined: it does not say it, as a cleaner of an earlier release.
 */
export function bootedAtSecOf(
  { startedMs }: CleanerRun,
  { output = '' }: VisitReport & { ok: true },
): number | undefined {
  const ups = linesOf(output).flatMap((line) => /^up (\d{1,10})$/.exec(line)?.[1] ?? []);
  return ups.length === 1 ? Math.floor(startedMs / 1000) - Number(ups[0]) - 1 : undefined;
}

function linesOf(output: string): readonly string[] {
  return output.split(/\r?\n/).filter((line) => line !== '');
}

function patience(answer: string): Verdict {
  const [, seconds, reason = ''] = /^wait (\d{1,4}) (.+)$/.exec(answer) ?? [];
  if (seconds === undefined) return { passed: false, reason: `the cleaner wants to wait, but says: ${said(answer)}` };
  const againInSec = Math.min(Math.max(Number(seconds), 1), PATIENCE_SEC);
  return { waitingFor: `the cleaner waits: ${printable(reason)}`, againInSec, withinSec: PATIENCE_SEC };
}

/** A certificate says from when until when it opens a VM, and the VM's clock decides. */
function clockVerdict({ startedMs, endedMs }: CleanerRun, lines: readonly string[]): Verdict {
  const clocks = lines.flatMap((line) => /^clock (\d{1,12})$/.exec(line)?.[1] ?? []);
  if (clocks.length !== 1) return { passed: false, reason: 'the cleaner does not say what time it is on the VM' };
  const vmSec = Number(clocks[0]);
  const [earliestSec, latestSec] = [Math.floor(startedMs / 1000), Math.ceil(endedMs / 1000)];
  if (vmSec < earliestSec - LARGEST_SKEW_SEC) return wrongClock(earliestSec - vmSec, 'behind');
  if (vmSec > latestSec + LARGEST_SKEW_SEC) return wrongClock(vmSec - latestSec, 'ahead');
  return { passed: true };
}

function wrongClock(bySec: number, direction: 'ahead' | 'behind'): Verdict {
  return { passed: false, reason: `the clock of the VM is ${bySec} s ${direction}; let NTP set it` };
}

function failed({ command }: CleanerRun, exitStatus: number | undefined, answer: string): Verdict {
  if (exitStatus !== undefined && NOT_RUN.includes(exitStatus)) {
    return { passed: false, reason: 'the VM has no cleaner that can be run; enroll it again with scripts/enroll' };
  }
  const how = exitStatus === undefined ? 'was cut off' : `ended with ${exitStatus}`;
  return { passed: false, reason: `the cleaner ${how} at "${command}": ${said(answer)}` };
}

function said(answer: string): string {
  return answer === '' ? 'it says nothing' : printable(answer);
}
