import type { ProblemMembers } from '../../../lambda/client/refused.ts';
import type { ProblemCode } from '../../../lambda/client/routes.ts';
import type { Exit } from './exit-codes.ts';
import { GATEWAY_ANSWERS } from './gateway-answers.ts';

/** What a refusal means for its user: the exit code, and what to do next. */
export interface NextStep {
  readonly exit: Exit;
  /** A line each. */
  readonly next: (problem: ProblemMembers, verb: string) => readonly string[];
}

/** Every refusal of the contract. TypeScript asks for an entry when the contract gets a new one. */
export const NEXT_STEPS: Readonly<Record<ProblemCode, NextStep>> = {
  access_unavailable: step('outOfReach', 'the VM is yours all the same; try again in a moment: vm-pool ssh'),
  already_allocated: step('failed', 'use it: vm-pool ssh', 'or give it back: vm-pool release'),
  forbidden: step(
    'notAllowed',
    'ask an operator, or say that you are one: --operator NAME on your computer, your credentials or token elsewhere',
  ),
  host_key_changed: step(
    'failed',
    'if it still is your VM, give the fingerprint of its new key as --host-key; an EC2 instance must print that key on its console, any other VM needs it in the inventory',
  ),
  idempotency_key_reused: step('failed', 'run the command again; it takes a new key'),
  idempotency_key_spent: step('failed', 'run the command again; it takes a new key'),
  internal: step('outOfReach', 'try again; if it happens again, report it with its request id'),
  invalid_cursor: step('failed', 'the list has changed meanwhile; run the command again'),
  invalid_request: {
    exit: 'misused',
    next: ({ errors }, verb) =>
      isAboutUser(errors)
        ? ['say who borrows: --user NAME, or export VM_POOL_USER=NAME']
        : [`see what it takes: vm-pool ${verb} --help`],
  },
  lease_superseded: step('failed', 'see which lease is yours: vm-pool show'),
  lease_too_long: step('failed', 'ask for less by --for; the limits of each pool: vm-pool pool'),
  method_not_allowed: wrongUrl(),
  metrics_token_unavailable: step('outOfReach', 'try again later'),
  no_certificate_authority: step('failed', 'no pool of this service uses certificates'),
  no_lease: step('holdsNone', 'borrow one: vm-pool get'),
  not_found: wrongUrl(),
  not_yours: step('notAllowed', 'leave --user, VM_POOL_USER and the user of the profile out: the service knows you'),
  payload_too_large: step('misused', 'give shorter texts'),
  pool_empty: {
    exit: 'noneFree',
    next: (_, verb) => [`wait for one: vm-pool ${verb} --wait 10m`, 'see all pools: vm-pool pool'],
  },
  ssh_public_key_needed: step(
    'failed',
    'log in with a key pair that is made here: vm-pool ssh',
    'or name your own public key, Ed25519 or RSA: vm-pool get --public-key ~/.ssh/id_ed25519.pub',
  ),
  store_unavailable: step('outOfReach', 'the outcome is unknown; look with vm-pool show, then try again'),
  too_many_requests: step('outOfReach', 'try again in a minute'),
  unauthorized: step('notAllowed', 'sign in: vm-pool login'),
  unknown_pool: step('failed', 'see the pools: vm-pool pool'),
  unknown_vm: step('failed', 'see the VMs: vm-pool vms'),
  unsupported_media_type: wrongUrl(),
  unusable_identity: step('notAllowed', 'sign in as somebody else: vm-pool login'),
  vm_busy: step('failed', 'try again'),
  vm_in_use: step('failed', 'take it from its user first: vm-pool force-release VM --reason TEXT'),
  wrong_state: step('failed', 'see its state: vm-pool vms'),
};

/** What an answer means that is not the service's own: API Gateway's, or that of some other server. */
export function stepOfStatus(status: number): NextStep {
  const answer = GATEWAY_ANSWERS.find((one) => one.status === status);
  if (answer !== undefined) return step(answer.exit, answer.next);
  return status >= 500 ? step('outOfReach', 'try again later') : wrongUrl();
}

function step(exit: Exit, ...next: readonly string[]): NextStep {
  return { exit, next: () => next };
}

function wrongUrl(): NextStep {
  return step('misused', 'check the URL: it is that of the API, such as https://.../resources');
}

function isAboutUser(errors: unknown): boolean {
  return Array.isArray(errors) && errors.some((error) => (error as { field?: unknown } | null)?.field === 'userid');
}
