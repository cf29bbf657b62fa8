/** Longest part of a reason that a VM has written, characters. */
const MOST_QUOTED = 200;

/** Why a visit failed. The message is the reason that operators read. */
export class VisitFault extends Error {
  /** @param wrongHostKey - fingerprint of the host key that the VM showed, if it is a wrong one */
  constructor(
    reason: string,
    readonly wrongHostKey?: string,
  ) {
    super(reason);
  }
}

/** What a VM has sent, as a reason may quote it: printable ASCII in one line, and not much of it. */
export function harmless(text: string): string {
  return text
    .slice(0, 2 * MOST_QUOTED)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, MOST_QUOTED);
}
