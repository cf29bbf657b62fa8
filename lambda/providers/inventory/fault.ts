/** A sentence about a place. */
export interface Fault {
  readonly place: readonly (string | number)[];
  /** Without a subject: the place is. */
  readonly what: string;
}

/** The inventory breaks rules. Each fault is a sentence that names its place; none repeats a value, which may be secret. */
export class InventoryInvalid extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`the inventory is invalid: ${summary(faults)}`);
  }
}

/** Faults that a line of the log has room for. */
const SHOWN = 5;

function summary(faults: readonly string[]): string {
  const shown = faults.slice(0, SHOWN).join('; ');
  return faults.length > SHOWN ? `${shown}; and ${faults.length - SHOWN} more` : shown;
}

/** Text of somebody else, fit for a log line: printable ASCII, and not long. */
export function printable(text: string, longest = 200): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, longest);
}
