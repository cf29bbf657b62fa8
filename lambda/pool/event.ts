import type { VmState } from './vm.ts';

/** Who acts, when, and in which request. */
export interface Act {
  /** A user, an operator, or {@link REAPER}. */
  readonly who: string;
  /** UTC epoch milliseconds. */
  readonly nowMs: number;
  readonly requestId: string;
}

/** Actor of scheduled work: reaping and checking. No user id and no name of an operator contains a `#`. */
export const REAPER = 'vm-pool#reaper';

/** Public and permanent: what can happen to a VM. */
export type EventKind =
  | 'acquired'
  | 'added'
  | 'changed'
  | 'check_failed'
  | 'check_passed'
  | 'drained'
  | 'exchanged'
  | 'expired'
  | 'force_released'
  | 'found'
  | 'gone'
  | 'missed'
  | 'quarantined'
  | 'released'
  | 'removed'
  | 'renewed'
  | 'reset_started'
  | 'returned'
  | 'started'
  | 'starting'
  | 'stopped'
  | 'stopping'
  | 'waiting';

/** What is about to happen to a VM. It is written in the same atomic step as the change itself. */
export interface NewEvent {
  readonly kind: EventKind;
  readonly vmId: string;
  /** State before. Absent if the store did not know the VM. */
  readonly from?: VmState | undefined;
  /** State after. Absent if the VM left the store. */
  readonly to?: VmState | undefined;
  /** Holder of the lease, for events about a lease. */
  readonly userId?: string | undefined;
  readonly leaseId?: string | undefined;
  readonly reason?: string | undefined;
  readonly act: Act;
}

/** An event as the rules report it; the store adds the states. */
export type ChangeEvent = Omit<NewEvent, 'from' | 'to'>;

/** Something that has happened to a VM. Never changed, kept for a while. */
export interface PoolEvent extends NewEvent {
  /** Unique. The ids of a VM's events sort in the order in which they happened. */
  readonly id: string;
  /** When it happened, UTC epoch milliseconds; never before the event of the VM that it follows. */
  readonly atMs: number;
}

/** Events keep milliseconds; lease rules use seconds. */
export function secondsOf({ nowMs }: Pick<Act, 'nowMs'>): number {
  return Math.floor(nowMs / 1000);
}
