import { parseArgs } from 'node:util';
import { parseSince } from '../logs/since.ts';

/** What to restore. */
export interface Options {
  readonly environment: string;
  /** Table to restore from. */
  readonly source: string;
  /** Table to restore to. */
  readonly target: string;
  /** The table is restored as it was then, epoch milliseconds. A whole second, as DynamoDB keeps them. */
  readonly atMs: number;
  /** The region that was asked for. */
  readonly region: string | undefined;
  /** Whether to restore; otherwise only say what would happen. */
  readonly isMeant: boolean;
}

/** The command line can't be understood. */
export class OptionsError extends Error {}

/** What `--help` prints. */
export const HELP = `Restores the table of an environment, to a new table, as it was at a time. Changes nothing but the new table.

  scripts/restore-table ENVIRONMENT --to TIME [options]

      --to TIME       as it was then: 2026-01-31T08:00Z (UTC), or 90s, 15m, 2h, 1d ago. Up to 5 minutes ago at best
      --yes           restore; without it, say what would happen
      --table NAME    restore from this table (vm-pool-ENVIRONMENT)
      --region NAME   AWS region, such as us-east-1 (AWS_REGION, or where the environment is deployed)
  -h, --help          this text

1. Restores NAME-restored-TIME, and waits until it is active: some minutes, an hour or more for a large table.
2. Carries over what DynamoDB does not restore: time to live, tags, most request units.
3. Compares both tables, and quarantines each VM of the new one unless both say that the same lease holds it. So the
   new table lends nothing that somebody may still use, until an operator returns the VMs.
4. Turns on point-in-time recovery and deletion protection as the old table has them, and prints how to switch.

Stop the service first: terraform/RUNBOOK.md, "Restore the table", says how and why. If this is interrupted, run it again
with the same times and it goes on. Once a restored table is complete, it only compares.
Exit code: 0 done, 1 it failed, 2 wrong use.
`;

const OPTIONS = {
  to: { type: 'string' },
  yes: { type: 'boolean', default: false },
  table: { type: 'string' },
  region: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Names of restored tables end so; Terraform and the roles that deploy know them by it. */
const RESTORED = /-restored-[^-]+$/;

/**
 * Reads the command line.
 *
 * @param nowMs - current time, epoch milliseconds, from which `--to` counts back
 * @throws {@link OptionsError} that says what is wrong
 */
export function parseOptions(args: readonly string[], nowMs: number): Options | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [environment = '', ...others] = positionals;
  if (!/^[a-z0-9-]+$/.test(environment) || others.length > 0) {
    throw new OptionsError('give one ENVIRONMENT, such as prod; --help says more');
  }
  const source = values.table ?? `vm-pool-${environment}`;
  const atMs = secondsDown(timeOf(values.to, nowMs));
  const target = `${source.replace(RESTORED, '')}-restored-${compact(atMs)}`;
  if (!/^[\w.-]{3,255}$/.test(source)) throw new OptionsError('--table must be the name of a table');
  return { environment, source, target, atMs, region: values.region, isMeant: values.yes };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new OptionsError((error as Error).message.split(/[.] |\n/, 1)[0]);
  }
}

function timeOf(text: string | undefined, nowMs: number): number {
  if (text === undefined) throw new OptionsError('--to says which time the table goes back to; --help says more');
  const atMs = parseSince(text, nowMs);
  if (atMs !== undefined) return atMs;
  throw new OptionsError(`--to must lie in the past: 15m, 2h, or a time such as 2026-01-31T08:00Z; not ${text}`);
}

function secondsDown(timeMs: number): number {
  return Math.floor(timeMs / 1_000) * 1_000;
}

/** @returns such as `20260131t080000z` */
function compact(timeMs: number): string {
  return new Date(timeMs)
    .toISOString()
    .replace(/[.]\d+|[-:]/g, '')
    .toLowerCase();
}
