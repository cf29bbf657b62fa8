import type { VmState } from './vm.ts';

/** Who does something, when, and in which request. */
export interface Act {
  /** A user, an operator, or {@link REAPER}. */
  readonly who: string;
  /** UTC epoch milliseconds. */
  readonly nowMs: number;
  readonly requestId: string;
}

/** Actor of scheduled work: reaping and checking. The colon keeps it apart from all users, whose ids have none. */
export const REAPER = 'vm-pool:reaper';

/** Public and permanent: what can happen to a VM. */
export type EventKind =
  | 'acquired'
  | 'added'
  | 'changed'
  | 'check_failed'
  | 'check_passed'
  | 'drained'
  | 'expired'
  | 'force_released'
  | 'quarantined'
  | 'released'
  | 'removed'
  | 'renewed'
  | 'returned';

/** Something that is about to happen to a VM; written in the same atomic step as the change itself. */
export interface NewEvent {
  readonly kind: EventKind;
  readonly vmId: string;
  /** State before; none, the VM was not known. */
  readonly from?: VmState;
  /** State after; none, the VM is not known any more. */
  readonly to?: VmState;
  /** The holder of the lease that it is about, if it is about one. */
  readonly userId?: string;
  readonly leaseId?: string;
  readonly reason?: string;
  readonly act: Act;
}

/** An event as the rules tell it; from which state to which, the store knows. */
export type ChangeEvent = Omit<NewEvent, 'from' | 'to'>;

/** Something that has happened to a VM. Never changed, kept for a while. */
export interface PoolEvent extends NewEvent {
  /** Unique, and in the order of time. */
  readonly id: string;
}

/** Times inside are in milliseconds for people and in seconds for rules. */
export function secondsOf({ nowMs }: Pick<Act, 'nowMs'>): number {
  return Math.floor(nowMs / 1000);
}
