import { NotReady } from '../../../lambda/client/not-ready.ts';
import { Refused, Unreachable } from '../../../lambda/client/refused.ts';
import { LoginFault } from '../login/fault.ts';
import { visible } from '../logs/terminal.ts';
import { CommandError } from './command-error.ts';
import type { Exit } from './exit-codes.ts';
import { EXIT } from './exit-codes.ts';
import { NEXT_STEPS, stepOfStatus } from './next-steps.ts';
import { NOT_READY_STEPS } from './not-ready-steps.ts';
import type { GlobalOptions } from './options.ts';
import { Output } from './output/output.ts';
import type { Settings } from './settings/settings.ts';
import { LOCAL } from './settings/settings.ts';
import type { World } from './world.ts';

interface Explained {
  readonly exit: Exit;
  /** Says what happened, and then what to do next. */
  readonly lines: readonly string[];
}

/**
 * Says what went wrong and what to do next. With `--json` the refusal of the API, or its last answer about a VM that is
 * not ready, is printed as it is, too.
 *
 * @param settings - undefined when they could not be read
 * @returns the exit code
 */
export function explain(
  error: unknown,
  verb: string,
  settings: Settings | undefined,
  options: GlobalOptions,
  world: World,
): number {
  const answer = answerIn(error);
  if (options.json === true && answer !== undefined) new Output(options, world).json(answer);
  const { exit, lines } = world.signal.aborted ? INTERRUPTED : explained(error, verb, settings, world);
  const [what = '', ...next] = lines.map((line) => visible(line, '\n'));
  world.stderr.write([`vm-pool: ${what}`, ...next.map((line) => `  ${line}`), ''].join('\n'));
  return EXIT[exit].code;
}

function answerIn(error: unknown): object | undefined {
  if (error instanceof Refused) return error.problem;
  return error instanceof NotReady ? error.held : undefined;
}

const INTERRUPTED: Explained = {
  exit: 'interrupted',
  lines: ['interrupted', 'see whether you hold a VM: vm-pool show'],
};

function explained(error: unknown, verb: string, settings: Settings | undefined, { env }: World): Explained {
  if (error instanceof Refused) return hasBadToken(error, env) ? tokenRefused(error) : refused(error, verb);
  if (error instanceof NotReady) return notReady(error);
  if (error instanceof Unreachable) return unreachable(error, settings);
  if (error instanceof CommandError) return { exit: error.exit, lines: [error.message, ...error.next] };
  if (error instanceof LoginFault) return { exit: 'failed', lines: [error.message] };
  if (isFault(error)) return { exit: 'failed', lines: [error.message, FOLDERS] };
  return { exit: 'failed', lines: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
}

function notReady({ message, reason }: NotReady): Explained {
  const { exit, next } = NOT_READY_STEPS[reason];
  return { exit, lines: [message, ...next] };
}

const MAYBE_DONE = 'the service may have done it all the same: look with vm-pool show, an operator with vm-pool vms';

const FOLDERS = 'keys and tokens lie below ~/.local/state; XDG_STATE_HOME names another folder';

/** Whether a file or folder is in the way: its message names it. */
function isFault(error: unknown): error is NodeJS.ErrnoException {
  return ['syscall', 'path'].every((name) => name in Object(error));
}

function unreachable({ message, changes }: Unreachable, settings: Settings | undefined): Explained {
  const from = settings === undefined ? [] : [`the URL comes from ${settings.urlFrom}`];
  const advice =
    settings?.urlFrom === LOCAL.from
      ? 'start a server on this computer (npm start), or name another: --url URL, VM_POOL_URL'
      : 'check the URL and the network';
  return { exit: 'outOfReach', lines: [message, ...from, advice, ...(changes ? [MAYBE_DONE] : [])] };
}

function hasBadToken({ status }: Refused, env: World['env']): boolean {
  return status === 401 && Boolean(env.VM_POOL_TOKEN);
}

/** A sign-in would not help: the variable goes before it. */
function tokenRefused({ message }: Refused): Explained {
  return {
    exit: 'notAllowed',
    lines: [`the service does not take the token in VM_POOL_TOKEN: ${message}`, 'give it a fresh one, or unset it'],
  };
}

function refused({ status, code, message, problem, requestId }: Refused, verb: string): Explained {
  const known = code !== undefined && Object.hasOwn(NEXT_STEPS, code) ? NEXT_STEPS[code] : undefined;
  const { exit, next } = known ?? stepOfStatus(status);
  const ids = [code ?? `status ${status}`, ...(requestId === undefined ? [] : [`request ${requestId}`])];
  const aside = ids.filter((id) => !message.endsWith(id)).join(', ');
  return { exit, lines: [aside === '' ? message : `${message} (${aside})`, ...next(problem, verb)] };
}
