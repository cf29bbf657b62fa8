/**
 * The visitor: a second function of the same zip, which talks to VMs. It runs inside their network and may only log, so
 * a VM that takes it over wins nothing. The main function invokes it.
 */
import type { VisitReport } from './pool/visit.ts';
import { createJournal } from './telemetry/journal.ts';
import { writeLine } from './telemetry/stdout.ts';
import { visitOf } from './visitor/event.ts';
import { visit } from './visitor/visit.ts';

const journal = createJournal({ clock: Date.now, write: writeLine });

/** Makes one visit. @throws TypeError when the event is not a visit */
export async function handler(event: unknown): Promise<VisitReport> {
  const wish = visitOf(event);
  const startedMs = performance.now();
  const report = await visit(wish);
  const durationMs = Math.round(performance.now() - startedMs);
  const reason = report.ok ? undefined : report.reason;
  journal({
    level: report.ok ? 'INFO' : 'WARN',
    message: 'visited a VM',
    fields: { vmId: wish.vm.id, kind: wish.kind, ok: report.ok, reason, durationMs },
  });
  return report;
}
