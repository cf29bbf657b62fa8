import { wordedError } from '../api-client/wording.ts';
import { IdentityMissing } from '../client/identity-options.ts';
import { visible } from '../logs/terminal.ts';
import type { Account } from './account.ts';
import { ProgramMissing } from './commands.ts';
import type { Finding, Probe } from './probe.ts';
import { judged, skipped } from './probe.ts';

/** How a probe went; `by hand` leaves it to a person. */
export interface Result {
  readonly id: string;
  readonly outcome: Finding['outcome'] | 'by hand';
  readonly expected: string;
  /** What came, why the probe was skipped, or what a person should do. */
  readonly text: string;
}

/** Runs one probe. A probe that breaks has failed; one that lacks an identity or a program is skipped. */
export async function resultOf(probe: Probe, account: Account, withLoad: boolean): Promise<Result> {
  const { id, expected, how, run, isLoad = false } = probe;
  if (run === undefined) return { id, outcome: 'by hand', expected, text: how };
  const finding = isLoad && !withLoad ? skipped('sends many requests; add --with-load') : await findingOf(run, account);
  return { id, outcome: finding.outcome, expected, text: 'why' in finding ? finding.why : finding.got };
}

async function findingOf(run: NonNullable<Probe['run']>, account: Account): Promise<Finding> {
  try {
    return await run(account);
  } catch (error) {
    if (error instanceof IdentityMissing || error instanceof ProgramMissing) return skipped(error.message);
    return judged(false, wordedError(error));
  }
}

/** A result in one line. */
export function lineOf({ id, outcome, expected, text }: Result): string {
  const details = {
    ok: text,
    skipped: text,
    FAILED: `expected ${expected}; got ${text}`,
    'by hand': `${text}; expected: ${expected}`,
  };
  return visible(`${outcome.padEnd(8)} ${id}: ${details[outcome]}`);
}

/** A probe in full, for `--list`. */
export function listingOf({ id, question, how, expected, sources, isLoad = false }: Probe): string {
  const kind = isLoad ? ' (with --with-load)' : '';
  const lines = [`  how:      ${how}`, `  expected: ${expected}`, ...sources.map((source) => `  source:   ${source}`)];
  return `${id}${kind}\n  ${question}\n${lines.join('\n')}\n`;
}
