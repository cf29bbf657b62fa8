import type { Verdict } from '../../pool/life.ts';
import { wrongHostKey } from '../../pool/life.ts';
import type { Clock } from '../../pool/ports.ts';
import { AccessUnavailable } from '../../pool/refusals.ts';
import type { Visit, Visitor, VisitReport } from '../../pool/visit.ts';
import { REFUSED_LOGIN } from '../../pool/visit.ts';
import type { Vm } from '../../pool/vm.ts';
import type { VmEntry } from '../inventory/document.ts';
import { printable } from '../inventory/fault.ts';
import { bareHostKey, fingerprintOf } from '../inventory/host-key.ts';
import type { Pool } from '../inventory/lent-vms.ts';
import { cleanerVerdict } from './cleaner.ts';
import type { Command, Keys } from './login.ts';
import { serviceLogin } from './login.ts';

/** What checks need from outside. */
export interface CheckPorts {
  readonly keys: Keys;
  readonly visitor: Visitor;
  readonly clock: Clock;
}

/** A VM to be checked. */
export interface Checked {
  readonly vm: Vm;
  readonly entry: VmEntry;
  readonly pool: Pool;
}

/** Part of a check's time that its visit may take. The rest is for the way to the visitor and back. */
const VISIT_SHARE = 0.9;

/** Longest that VMs wait for a service that can't check them, seconds. No VM is to blame, so it is long. */
const SERVICE_PATIENCE_SEC = 24 * 3600;

/** Makes a VM clean, if its pool says so, and checks it. Throws nothing for what the VM does. */
export async function verdictOn(checked: Checked, ports: CheckPorts): Promise<Verdict> {
  const { check, reset } = checked.pool;
  // The cleaner can only be reached by way of all that the other checks look at.
  if (reset === 'command') return commandVerdict(checked, 'clean', ports);
  if (check === 'command') return commandVerdict(checked, 'check', ports);
  if (check === 'none') return { passed: true };
  const visit = { ...place(checked), kind: check, limitMs: limitMsOf(checked, 0) };
  return reportedBy(ports.visitor, visit, () => ({ passed: true }));
}

/** The verdict on a VM that can't be checked now, and is not to blame for it. */
export function notNow(why: string): Verdict {
  return {
    waitingFor: `the service can't check the VM now: ${printable(why)}`,
    againInSec: 30,
    withinSec: SERVICE_PATIENCE_SEC,
  };
}

async function commandVerdict(
  checked: Checked,
  command: Command,
  { keys, visitor, clock }: CheckPorts,
): Promise<Verdict> {
  const serial = clock();
  try {
    const login = await serviceLogin(checked.vm.id, command, serial, keys);
    const startedMs = clock();
    const visit = {
      ...place(checked),
      kind: 'command',
      login,
      limitMs: limitMsOf(checked, startedMs - serial),
    } as const;
    return await reportedBy(visitor, visit, (report) =>
      cleanerVerdict({ command, serial, startedMs, endedMs: clock() }, report),
    );
  } catch (error) {
    if (error instanceof AccessUnavailable) return notNow(error.why);
    throw error;
  }
}

async function reportedBy(
  visitor: Visitor,
  visit: Visit,
  verdictOf: (report: Extract<VisitReport, { ok: true }>) => Verdict,
): Promise<Verdict> {
  let report: VisitReport;
  try {
    report = await visitor(visit);
  } catch (error) {
    return notNow(error instanceof Error ? error.message : 'the visitor does not answer');
  }
  return report.ok ? verdictOf(report) : failureOf(visit, report);
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

function place({ vm: { id, ip, port }, entry }: Checked): Pick<Visit, 'vm' | 'hostKeys'> {
  return { vm: { id, ip, port }, hostKeys: entry.hostKeys.map(bareHostKey) };
}

/** @param spentMs - part of the check's time that is gone */
function limitMsOf({ pool }: Checked, spentMs: number): number {
  return Math.max(1, Math.round(pool.checkLimitSec * 1000 * VISIT_SHARE - spentMs));
}
