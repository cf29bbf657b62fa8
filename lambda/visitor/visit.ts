import type { Visit, VisitReport } from '../pool/visit.ts';
import { Connection } from './connection.ts';
import { harmless, VisitFault } from './fault.ts';
import { readVersion } from './version.ts';

/** What a banner check says of itself to the VM, so that a server of another protocol answers at once. */
const OWN_VERSION = 'SSH-2.0-vm_pool_check\r\n';

/**
 * Visits a VM from this process. Whatever the VM does, it gives a report within the visit's time limit; the socket and
 * the timer are gone then. A private key is sent nowhere, and a certificate only to a VM whose host key is right.
 *
 * @throws Error when this process lacks its SSH client, as after another build; no VM is to blame for that
 */
export async function visit(wish: Visit): Promise<VisitReport> {
  if (wish.kind !== 'banner') await import('./ssh.ts');
  const connection = new Connection(wish.vm, wish.limitMs);
  try {
    return await Promise.race([look(wish, connection), connection.broken]);
  } catch (error) {
    return reportOf(error);
  } finally {
    connection.end();
  }
}

async function look({ kind, hostKeys, login }: Visit, connection: Connection): Promise<VisitReport> {
  if (kind === 'banner') {
    connection.write(OWN_VERSION);
    await readVersion(connection);
    return { ok: true };
  }
  const { openSession, runCommand } = await import('./ssh.ts');
  const session = await openSession(connection, hostKeys);
  if (kind === 'host-key') return { ok: true };
  if (login === undefined) throw new VisitFault('no log-in is given for the command');
  return { ok: true, ...(await runCommand(session, connection, login)) };
}

function reportOf(error: unknown): VisitReport {
  if (!(error instanceof VisitFault)) return { ok: false, reason: `the visit failed: ${harmless(String(error))}` };
  const { message: reason, wrongHostKey } = error;
  return { ok: false, reason, ...(wrongHostKey !== undefined && { wrongHostKey }) };
}
