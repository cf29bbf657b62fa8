import type { VmStatus } from './vm.ts';

/** What a check found. A reason is for operators; it must name no secret. */
export type Verdict = { readonly passed: true } | { readonly passed: false; readonly reason: string };

/** What a check changes of a VM. */
export type CheckOutcome = Pick<VmStatus, 'state' | 'failures' | 'reason'>;

/**
 * Decides where a VM goes after a check: free when it passed, quarantined when it failed `maxFailures` times in a row,
 * else checked again.
 *
 * @param failures - checks failed in a row before this one
 */
export function afterCheck(failures: number, verdict: Verdict, maxFailures: number): CheckOutcome {
  if (verdict.passed) return { state: 'free', failures: 0 };
  const failed = failures + 1;
  return { state: failed >= maxFailures ? 'quarantined' : 'checking', failures: failed, reason: verdict.reason };
}
