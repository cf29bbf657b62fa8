import type { NotReadyReason } from '../../../lambda/client/not-ready.ts';
import { NotReady } from '../../../lambda/client/not-ready.ts';
import { Refused, Unreachable } from '../../../lambda/client/refused.ts';
import type { ProblemCode } from '../../../lambda/client/routes.ts';
import { CommandError } from '../cli/command-error.ts';
import { NEXT_STEPS, stepOfStatus } from '../cli/next-steps.ts';
import { printable } from './excerpt.ts';
import { ToolError } from './tool-error.ts';

/** What a model can do itself. All else is for its user, in the words of the command line. */
const OWN_STEPS: Partial<Readonly<Record<ProblemCode, string>>> = {
  access_unavailable: 'The loan goes on. Try again in a few seconds.',
  lease_superseded: 'Call borrow_vm.',
  lease_too_long: 'Ask for fewer minutes; list_pools shows the limits.',
  no_lease: 'Call borrow_vm.',
  pool_empty: 'Call borrow_vm again with a longer waitSeconds, or try another pool of list_pools.',
  store_unavailable: 'Try again in a few seconds.',
  too_many_requests: 'Wait a minute, then try again.',
  unknown_pool: 'Call list_pools.',
};

/** The same for a VM that can't be used. */
const NOT_READY_STEPS: Readonly<Record<NotReadyReason, string>> = {
  gone: 'If this session has borrowed it, call release_vm, then borrow_vm. Otherwise tell the user.',
  starting: 'Call run_command again in half a minute.',
  'not-started': 'Call borrow_vm.',
};

/** Says to a model what went wrong, and what to do next. */
export function adviceOn(error: unknown): string {
  return printable(sentences(error).join(' '));
}

function sentences(error: unknown): readonly string[] {
  if (error instanceof ToolError) return [error.message, error.next];
  if (error instanceof Refused) return refused(error);
  if (error instanceof NotReady) return [`${error.message}.`, NOT_READY_STEPS[error.reason]];
  if (error instanceof Unreachable) return [`${error.message}.`, forUser(['check the URL and the network'])];
  if (error instanceof CommandError) return [`${error.message}.`, forUser(error.next)];
  return [`The server failed: ${error instanceof Error ? error.message : String(error)}.`, 'Tell the user.'];
}

function refused({ message, status, code, problem, requestId }: Refused): readonly string[] {
  const ids = [code ?? `status ${status}`, ...(requestId === undefined ? [] : [`request ${requestId}`])];
  // A newer service may know more codes.
  const isKnown = code !== undefined && Object.hasOwn(NEXT_STEPS, code);
  const { next } = isKnown ? NEXT_STEPS[code] : stepOfStatus(status);
  const own = isKnown ? OWN_STEPS[code] : undefined;
  return [`${message} (${ids.join(', ')}).`, own ?? forUser(next(problem, 'mcp'))];
}

function forUser(steps: readonly string[]): string {
  return `Tell the user: ${steps.join('; ')}.`;
}
