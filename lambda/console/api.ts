/** What the API answers, as the page names it. */
import type { AnswerOf } from '../client/routes.ts';

/** All pools, by name. */
export type Pools = AnswerOf<'GET /pool'>['pools'];

/** A pool: its VMs by state, and how they are lent. */
export type Pool = Pools[string];

/** A lease and its VM. */
export type Held = AnswerOf<'GET /lease'>;

/** A VM as its holder sees it, with its login. */
export type HeldVm = Held['vm'];

/** A VM as operators see it. */
export type OperatedVm = AnswerOf<'GET /vms'>['vms'][number];

/** Where a VM is in its life. */
export type VmState = OperatedVm['state'];

/** Something that happened to a VM. */
export type PoolEvent = AnswerOf<'GET /events'>['events'][number];

/** Every state, in the order in which the page shows them. */
export const STATES: readonly VmState[] = ['free', 'leased', 'checking', 'quarantined', 'drained'];
