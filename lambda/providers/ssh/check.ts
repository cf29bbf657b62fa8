import type { Verdict } from '../../pool/life.ts';
import { wrongHostKey } from '../../pool/life.ts';
import type { Clock } from '../../pool/ports.ts';
import { AccessUnavailable } from '../../pool/refusals.ts';
import type { Visit, Visitor, VisitReport } from '../../pool/visit.ts';
import { REFUSED_LOGIN } from '../../pool/visit.ts';
import { printable } from '../inventory/fault.ts';
import { bareHostKey, fingerprintOf } from '../inventory/host-key.ts';
import type { Pool } from '../inventory/lent-vms.ts';
import { bootedAtSecOf, cleanerVerdict } from './cleaner.ts';
import type { Command, Keys } from './login.ts';
import { serviceLogin } from './login.ts';
import type { SshVm } from './ssh-vm.ts';

/** What checks need from outside. */
export interface CheckPorts {
  readonly keys: Keys;
  readonly visitor: Visitor;
  readonly clock: Clock;
}

/** What a visit to a VM came to. */
export interface Visited {
  readonly verdict: Verdict;
  /** Whether the VM did not let the service in, as one that still boots. A VM with a wrong host key is another one. */
  readonly isShut?: boolean;
  /** When the VM has booted, by its cleaner, UTC epoch seconds: then or a little later. */
  readonly bootedAtSec?: number | undefined;
}

/** Part of a check's time that its visit may take. The rest is for the way to the visitor and back. */
const VISIT_SHARE = 0.9;

/** Longest that VMs wait for a service that can't check them, seconds. No VM is to blame, so it is long. */
const SERVICE_PATIENCE_SEC = 24 * 3600;

/** Makes a VM clean, if its pool says so, and checks it. Throws nothing for what the VM does. */
export async function verdictOn(sshVm: SshVm, ports: CheckPorts): Promise<Verdict> {
  return (await visited(sshVm, ports)).verdict;
}

/** How a VM is visited. */
export interface VisitOptions {
  /** Part of the check's time that is gone, milliseconds. */
  readonly spentMs?: number;
  /** Whether the visit makes the VM clean, where its pool wants that. Only one such visit may come at a time. */
  readonly isReset?: boolean;
}

/** The same, with all that the visit found. */
export async function visited(sshVm: SshVm, ports: CheckPorts, options: VisitOptions = {}): Promise<Visited> {
  const { spentMs = 0, isReset = true } = options;
  const { check } = sshVm.pool;
  const command = commandOf(sshVm.pool, isReset);
  if (command !== undefined) return commanded(sshVm, command, ports, spentMs);
  if (check === 'none' || check === 'command') return { verdict: { passed: true } };
  const visit = { ...place(sshVm), kind: check, limitMs: visitLimitMs(sshVm.pool, spentMs) };
  return reportedBy(ports.visitor, visit, () => ({ verdict: { passed: true } }));
}

/** Whether the check of a pool's VMs proves their host keys. */
export function provesHostKey(pool: Pool): boolean {
  return commandOf(pool, false) !== undefined || pool.check === 'host-key';
}

/** What the cleaner is asked for. It can only be reached by way of all that the other checks look at. */
function commandOf({ check, reset }: Pool, isReset: boolean): Command | undefined {
  if (reset === 'command' || reset === 'reboot') return isReset ? 'clean' : 'check';
  return check === 'command' ? 'check' : undefined;
}

/** The verdict on a VM that can't be checked now, and is not to blame for it. */
export function notNow(why: string): Verdict {
  return {
    waitingFor: `the service can't check the VM now: ${printable(why)}`,
    againInSec: 30,
    withinSec: SERVICE_PATIENCE_SEC,
  };
}

async function commanded(
  sshVm: SshVm,
  command: Command,
  { keys, visitor, clock }: CheckPorts,
  spentMs: number,
): Promise<Visited> {
  const serial = clock();
  try {
    const login = await serviceLogin(sshVm.vm.id, command, serial, keys);
    const startedMs = clock();
    const limitMs = visitLimitMs(sshVm.pool, spentMs + startedMs - serial);
    const visit = { ...place(sshVm), kind: 'command', login, limitMs } as const;
    return await reportedBy(visitor, visit, (report) => {
      const run = { command, serial, startedMs, endedMs: clock() };
      return { verdict: cleanerVerdict(run, report), bootedAtSec: bootedAtSecOf(run, report) };
    });
  } catch (error) {
    if (error instanceof AccessUnavailable) return { verdict: notNow(error.why) };
    throw error;
  }
}

async function reportedBy(
  visitor: Visitor,
  visit: Visit,
  visitedOf: (report: Extract<VisitReport, { ok: true }>) => Visited,
): Promise<Visited> {
  let report: VisitReport;
  try {
    report = await visitor(visit);
  } catch (error) {
    return { verdict: notNow(error instanceof Error ? error.message : 'the visitor does not answer') };
  }
  if (report.ok) return visitedOf(report);
  return { verdict: failureOf(visit, report), isShut: report.wrongHostKey === undefined };
}

function failureOf({ hostKeys }: Visit, report: Extract<VisitReport, { ok: false }>): Verdict {
  const { reason, wrongHostKey: shown } = report;
  if (shown !== undefined) {
    return wrongHostKey(`the VM shows ${fingerprintIn(shown)}, expected ${hostKeys.map(fingerprintOf).join(' or ')}`);
  }
  if (!reason.startsWith(REFUSED_LOGIN)) return { passed: false, reason: printable(reason) };
  const why =
    "the VM refuses the service's certificate: it is not enrolled (run scripts/enroll for it), or its clock is more " +
    'than a minute wrong';
  return { passed: false, reason: `${why} (${printable(reason)})` };
}

/** Of a host key, if it is not one already. */
function fingerprintIn(shown: string): string {
  return /^[a-z][\w@.-]+ [A-Za-z0-9+/]+/.test(shown) ? fingerprintOf(shown) : printable(shown, 80);
}

function place({ vm: { id, ip, port }, hostKeys }: SshVm): Pick<Visit, 'vm' | 'hostKeys'> {
  return { vm: { id, ip, port }, hostKeys: hostKeys.map(bareHostKey) };
}

/**
 * Longest that a visit may take, milliseconds.
 * @param spentMs - part of the check's time that is gone
 */
export function visitLimitMs({ checkLimitSec }: Pool, spentMs: number): number {
  return Math.max(1, Math.round(checkLimitSec * 1000 * VISIT_SHARE - spentMs));
}
