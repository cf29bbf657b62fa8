/** The VMs of a pool by state, in numbers and in words. */
import type { Pool, VmState } from '../api.ts';
import { STATES } from '../api.ts';
import { counted } from '../time.ts';

/** What each state means to somebody who looks for a VM. */
export const STATE_WORDS: Readonly<Record<VmState, string>> = {
  free: 'free',
  leased: 'lent',
  checking: 'being checked',
  quarantined: 'quarantined',
  drained: 'drained',
};

/** All VMs of a pool. */
export function totalOf(pool: Pick<Pool, VmState>): number {
  return STATES.reduce((sum, state) => sum + pool[state], 0);
}

/** The states that a pool has VMs in; `free` and `leased` always. */
export function shownStates(pool: Pick<Pool, VmState>): readonly VmState[] {
  return STATES.filter((state) => pool[state] > 0 || state === 'free' || state === 'leased');
}

/** The pool in a sentence, for those who can't see its picture. */
export function spokenCounts(name: string, pool: Pick<Pool, VmState>): string {
  const parts = shownStates(pool).map((state) => `${pool[state]} ${STATE_WORDS[state]}`);
  return `Pool ${name}, ${counted(totalOf(pool), 'VM')}: ${parts.join(', ')}`;
}

/** What stopping the VMs that nobody has saves. */
export function powerText({ running, stopped, hoursSaved }: NonNullable<Pool['power']>): string {
  const saved = counted(Math.round(hoursSaved), 'hour');
  return `Of the free VMs ${running} run; ${stopped} are stopped, and start when they are lent. That has saved ${saved}.`;
}
