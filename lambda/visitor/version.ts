import type { Connection } from './connection.ts';
import { harmless, VisitFault } from './fault.ts';

/** A server may send other lines before its version, such as a notice (RFC 4253 section 4.2). */
const MOST_LINES = 50;

/** Longer than the 255 that the RFC allows for a version, since notices may be longer; bytes. */
const LONGEST_LINE = 1024;

/**
 * Reads the line that names the version of an SSH server, `SSH-2.0-OpenSSH_9.2p1 Debian-2`.
 * @throws VisitFault when the VM says something else
 */
export async function readVersion(connection: Connection): Promise<string> {
  let first = '';
  for (let lines = 0; lines < MOST_LINES; lines++) {
    const line = await connection.readLine(LONGEST_LINE);
    if (line.startsWith('SSH-2.0-')) return line;
    if (line.startsWith('SSH-')) throw new VisitFault(`speaks an SSH that is too old: "${harmless(line)}"`);
    first ||= line;
  }
  throw new VisitFault(`not an SSH server: it says "${harmless(first)}"`);
}
