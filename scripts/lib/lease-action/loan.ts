import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { getState, saveState } from '@actions/core';
import type { ParametersOf } from '../../../lambda/client/routes.ts';
import type { Inputs } from './inputs.ts';

/** A loan that this step may take: enough for the post step to find it and to end it. No secret is in it. */
export interface Loan {
  readonly url: string;
  readonly user?: string;
  readonly audience: string;
  /** All that belongs to the loan on this runner lies in it, and goes with it. */
  readonly folder: string;
  /** Idempotency key: with it, getvm answers the same lease again, or none ever. */
  readonly key: string;
}

/** What is asked of `POST /getvm`, the user id included where the service asks nobody. */
export type Wish = ParametersOf<'POST /getvm'>;

/** A granted {@link Loan}. */
export interface Granted {
  readonly leaseId: string;
  readonly vmId: string;
}

/** What the main step leaves for the post step. */
export interface LeftBehind {
  readonly loan: Loan;
  /** What was asked for, if the answer may have been a grant that nobody read. */
  readonly asked?: Wish;
  readonly granted?: Granted;
  readonly keeperPid?: number;
}

/** Begins a loan, and saves it before anything is made or asked for. */
export function beginLoan({ url, user, audience }: Pick<Inputs, 'url' | 'user' | 'audience'>): Loan {
  const { RUNNER_TEMP = '' } = process.env;
  if (RUNNER_TEMP === '') throw new Error('RUNNER_TEMP is not set: this runs only as a step of GitHub Actions');
  const key = randomUUID();
  const folder = path.join(RUNNER_TEMP, `vm-pool-${randomUUID().slice(0, 8)}`);
  const loan = { url, ...(user !== undefined && { user }), audience, folder, key };
  saveState('loan', loan);
  return loan;
}

/** Notes that a VM may be lent, because this leaves for the service; or that none is. */
export function noteAsked(wish: Wish | undefined): void {
  saveState('asked', wish ?? '');
}

/** Notes the lease, so that the post step ends this one and no other. */
export function noteGranted(granted: Granted): void {
  saveState('granted', granted);
}

/** Notes the process that renews. */
export function noteKeeper(pid: number): void {
  saveState('keeper', pid);
}

/** What the main step left behind; undefined when it began no loan. */
export function leftBehind(): LeftBehind | undefined {
  const loan = saved('loan') as Loan | undefined;
  if (loan === undefined) return undefined;
  const asked = saved('asked') as Wish | undefined;
  const granted = saved('granted') as Granted | undefined;
  const keeperPid = saved('keeper') as number | undefined;
  return {
    loan,
    ...(asked && { asked }),
    ...(granted && { granted }),
    ...(keeperPid !== undefined && { keeperPid }),
  };
}

function saved(name: string): unknown {
  const text = getState(name);
  return text === '' ? undefined : JSON.parse(text);
}
