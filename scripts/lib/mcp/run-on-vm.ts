import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { sshArguments } from '../login/ssh.ts';
import type { LoginFiles } from '../login/ssh-config.ts';
import { ALIAS } from '../login/ssh-config.ts';
import { sshFaultIn } from '../login/ssh-faults.ts';
import type { Ended } from './bounded-process.ts';
import { runBounded } from './bounded-process.ts';
import { printable } from './excerpt.ts';
import type { Loan } from './loan.ts';
import type { RemoteCommand } from './remote-command.ts';
import { remoteLine, TIMED_OUT } from './remote-command.ts';
import type { Desk, ToolCall } from './tool.ts';
import { ToolError } from './tool-error.ts';

/** Seconds that ssh gets to log in, and to end after the command. */
const CONNECT_SECONDS = 10;

/** Exit code of ssh itself, and of a few commands. */
const SSH_FAILED = 255;

/** Most characters shown of what ssh says. */
const MOST_SAID = 2_000;

const PROGRESS_EVERY_MS = 10_000;

/** What the user's own settings of ssh must not change: no prompt, no terminal, nothing of this computer for the VM. */
const OPTIONS = [
  'BatchMode=yes',
  'ClearAllForwardings=yes',
  `ConnectTimeout=${CONNECT_SECONDS}`,
  'ControlMaster=no',
  'ControlPath=none',
  'ForwardAgent=no',
  'ForwardX11=no',
  'LogLevel=ERROR',
  'PermitLocalCommand=no',
  'RemoteCommand=none',
  'RequestTTY=no',
  'ServerAliveInterval=15',
  'Tunnel=no',
].flatMap((option) => ['-o', option]);

/** Runs a command on the VM in use. @throws ToolError, Refused, or the reason of the call's signal */
export async function runOnVm(desk: Desk, command: RemoteCommand, stdin: string, call: ToolCall): Promise<Ended> {
  const loan = desk.borrower.inUse();
  const files = await desk.borrower.logIn(loan);
  const log = path.join(path.dirname(files.sshConfig), `ssh-${randomUUID()}.log`);
  const stopTicking = tick(call);
  try {
    const ended = await runBounded([desk.ssh, ...wordsOf(files, log, command)], stdin, {
      timeoutMs: (command.seconds + CONNECT_SECONDS) * 1000,
      maxOutput: desk.limits.maxOutput,
      signal: AbortSignal.any([loan.over.signal, call.signal]),
    });
    return await judged(ended, loan, log, command);
  } finally {
    stopTicking();
    await rm(log, { force: true });
  }
}

/** Shows a client that waits that the command still runs. @returns what stops it */
function tick({ progress }: ToolCall): () => void {
  const startedMs = Date.now();
  const ticking = setInterval(() => {
    progress(`running for ${Math.round((Date.now() - startedMs) / 1000)} s`);
  }, PROGRESS_EVERY_MS);
  return () => {
    clearInterval(ticking);
  };
}

/** The messages of ssh go to a file, apart from those of the command. */
function wordsOf(files: LoginFiles, log: string, command: RemoteCommand): string[] {
  return sshArguments(files, ALIAS, ['-E', log, ...OPTIONS, remoteLine(command)]);
}

/** Tells apart how the command has ended and how ssh has. */
async function judged(ended: Ended, { vm, over }: Loan, log: string, { seconds }: RemoteCommand): Promise<Ended> {
  const { exitCode, isTimedOut, tookMs } = ended;
  if (over.signal.aborted) throw new ToolError(`The loan of ${vm.id} ended while the command ran.`, 'Call borrow_vm.');
  if (isTimedOut || (exitCode === TIMED_OUT && tookMs >= seconds * 1000)) {
    return { ...ended, exitCode: null, isTimedOut: true };
  }
  const said = await readFile(log, 'utf8').catch(() => '');
  if (exitCode === SSH_FAILED && said !== '') throw sshError(vm.id, said);
  return ended;
}

function sshError(id: string, said: string): ToolError {
  const fault = sshFaultIn(said);
  const message = `ssh does not get to ${id}: ${printable(said).trim().slice(0, MOST_SAID)}`;
  if (fault === undefined) return new ToolError(message, 'Try once more. If it fails again, tell the user.');
  return new ToolError(`${message}\n${fault.means}`, `Try once more. If it fails again, tell the user: ${fault.next}`);
}
