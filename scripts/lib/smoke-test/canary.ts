import { randomUUID } from 'node:crypto';
import type { Answer, ApiClient } from '../api-client/client.ts';
import { asObject } from '../api-client/client.ts';
import { START_MS } from './deployment.ts';
import { lostKey } from './lost-key.ts';
import type { CanaryPorts, Step } from './step.ts';
import { make } from './step.ts';

/** Who borrows: a client that the deployment knows, or a name where it knows nobody. */
export interface Canary {
  readonly api: ApiClient;
  /** Parameters of each call: nothing where the deployment knows its callers. */
  readonly who: Readonly<{ userid?: string }>;
}

/** Length of the canary's lease: it ends soon even if the canary dies. */
const LEASE_MINUTES = 1;

/** Patience with a deployment that has already answered, milliseconds: well within the lease. */
const STEADY_MS = 20_000;

/** Tolerated difference between this clock and the deployment's, milliseconds. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Borrows a VM, looks at the lease and gives the VM back, after a failure too.
 *
 * @returns false when no VM was free: the deployment works, but lending was not tried
 * @throws StepFailed at the first step that does not go as it should
 */
export async function borrowAndRelease(canary: Canary, ports: CanaryPorts): Promise<boolean> {
  const getVm = borrowing(canary);
  const leaseId = await borrow(canary, getVm, ports);
  if (leaseId === undefined) return false;
  let isHeld = true;
  try {
    await make({ ...seeing(canary, leaseId), shows: () => 'shows the same lease' }, ports);
    const again = { route: 'POST /getvm', send: getVm, shows: () => 'the same Idempotency-Key gets the same lease' };
    await make({ ...seeing(canary, leaseId), ...again }, ports);
    await make(releasing(canary, leaseId), ports);
    isHeld = false;
  } finally {
    if (isHeld) await giveUp(canary, leaseId, ports);
  }
  await make(seeingNothing(canary), ports);
  return true;
}

/** One call to borrow; repeated, it gets the same lease. */
function borrowing({ api, who }: Canary): () => Promise<Answer> {
  const headers = { 'idempotency-key': randomUUID() };
  const wish = { ...who, minutes: LEASE_MINUTES, sshPublicKey: lostKey() };
  return () => api.call('POST /getvm', wish, headers);
}

/** @returns the id of the lease; nothing when the pool is empty */
async function borrow(canary: Canary, send: Step['send'], ports: CanaryPorts): Promise<string | undefined> {
  const lending: Step = {
    route: 'POST /getvm',
    send,
    patienceMs: START_MS,
    expected: '200 with a lease',
    holds: (answer) => leaseIn(answer) !== undefined || isRefused(answer, 'pool_empty'),
    shows: (answer) =>
      leaseIn(answer) === undefined ? 'the pool is empty; the service works, so this is not a failure' : lent(answer),
  };
  const first = await make({ ...lending, ...orLeftOver(lending, ports) }, ports);
  if (!isRefused(first, 'already_allocated')) return leaseIn(first);
  await make(releasing(canary, String(first.body.leaseId)), ports);
  return leaseIn(await make(lending, ports));
}

/** Also accepts that an earlier canary still holds a VM. A longer lease belongs to somebody who works with the VM. */
function orLeftOver({ holds, shows, expected }: Step, { clock }: CanaryPorts): Partial<Step> {
  const latestEndMs = clock() + LEASE_MINUTES * 60_000 + CLOCK_SKEW_MS;
  const isLeftOver = ({ body }: Answer) => Date.parse(String(body.expiresAt)) <= latestEndMs;
  return {
    expected: `${expected}, or the short lease of an earlier canary`,
    holds: (answer) => holds(answer) || (isRefused(answer, 'already_allocated') && isLeftOver(answer)),
    shows: (answer) =>
      isRefused(answer, 'already_allocated') ? `an earlier canary left ${String(answer.body.vmId)}` : shows(answer),
  };
}

function seeing({ api, who }: Canary, leaseId: string): Omit<Step, 'shows'> {
  return {
    route: 'GET /lease',
    send: () => api.call('GET /lease', who),
    patienceMs: STEADY_MS,
    expected: `200 with lease ${leaseId}`,
    holds: (answer) => leaseIn(answer) === leaseId,
  };
}

function seeingNothing({ api, who }: Canary): Step {
  return {
    route: 'GET /lease',
    send: () => api.call('GET /lease', who),
    patienceMs: STEADY_MS,
    expected: '404 no_lease',
    holds: (answer) => isRefused(answer, 'no_lease'),
    shows: () => 'no lease is left',
  };
}

function releasing({ api, who }: Canary, leaseId: string): Step {
  return {
    route: 'POST /releasevm',
    send: () => api.call('POST /releasevm', { ...who, leaseId }),
    patienceMs: STEADY_MS,
    expected: '200',
    holds: ({ status }) => status === 200,
    shows: ({ body }) => `${String(asObject(body.vm).id)} is given back`,
  };
}

/** Gives the VM back after a failure, whose report must stay: that this fails too is one more line. */
async function giveUp(canary: Canary, leaseId: string, ports: CanaryPorts): Promise<void> {
  await make(releasing(canary, leaseId), ports).catch(() => {
    ports.say(`        lease ${leaseId} is left; it ends by itself in ${String(LEASE_MINUTES)} minute`);
  });
}

function lent({ body }: Answer): string {
  return `${String(asObject(body.vm).id)} is lent to ${String(asObject(body.lease).userid)}`;
}

function leaseIn({ status, body }: Answer): string | undefined {
  const { id } = asObject(body.lease);
  return status === 200 && typeof id === 'string' ? id : undefined;
}

function isRefused({ status, body }: Answer, code: string): boolean {
  return status >= 400 && body.code === code;
}
