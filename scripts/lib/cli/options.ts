import { InvalidArgumentError } from 'commander';
import { parseDuration, parseMinutes } from './durations.ts';
import type { OptionDeclaration } from './words.ts';

/** Options of every verb. They stand before or after it. */
export const GLOBAL_OPTIONS: readonly OptionDeclaration[] = [
  { flags: '--url <url>', summary: 'base URL of the API, such as https://.../resources (VM_POOL_URL)' },
  { flags: '--user <userid>', summary: 'who borrows, where the service asks nobody who they are (VM_POOL_USER)' },
  { flags: '--operator <name>', summary: 'who gives orders to a server on this computer (VM_POOL_OPERATOR)' },
  { flags: '--profile <name>', summary: 'profile of the settings file (VM_POOL_PROFILE)', completes: 'profiles' },
  { flags: '--json', summary: 'print what the API answers, as JSON' },
  { flags: '--no-color', summary: 'print without colours (NO_COLOR)' },
  { flags: '-q, --quiet', summary: 'print no progress and no hints' },
];

/** Values of {@link GLOBAL_OPTIONS}. */
export interface GlobalOptions {
  readonly url?: string;
  readonly user?: string;
  readonly operator?: string;
  readonly profile?: string;
  readonly json?: true;
  readonly color: boolean;
  readonly quiet?: true;
}

/** How long a lease is to be. */
export const FOR: OptionDeclaration = {
  flags: '-t, --for <time>',
  summary: 'length of the lease from now, such as 30m, 2h or 1d',
  parse: parseMinutes,
};

/** Which pool. */
export const POOL: OptionDeclaration = { flags: '-p, --pool <pool>', summary: 'name of the pool', completes: 'pools' };

/** Which VM, for how long, and how long to wait for one: what `get` and the verbs that borrow take. */
export const BORROWING: readonly OptionDeclaration[] = [
  POOL,
  FOR,
  { flags: '-w, --wait <time>', summary: 'how long to wait for a free VM, such as 10m', parse: parseDuration },
];

/** Values of {@link BORROWING}. */
export interface BorrowingOptions {
  readonly pool?: string;
  /** Minutes. */
  readonly for?: number;
  /** Milliseconds. */
  readonly wait?: number;
}

/** Acts on one lease or on none. */
export const LEASE: OptionDeclaration = { flags: '--lease <id>', summary: 'only if this is the lease that you hold' };

/** Why an operator gives an order. */
export const REASON: OptionDeclaration = {
  flags: '-r, --reason <text>',
  summary: 'why; kept with the event',
  isRequired: true,
};

/** How many items of a list to show. */
export const LIMIT: OptionDeclaration = {
  flags: '-n, --limit <number>',
  summary: 'show no more than this many',
  parse: parseCount,
};

function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number from 1.');
}

/** Reads the number of a TCP port. */
export function parsePort(text: string): number {
  const port = parseCount(text);
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('Give a port from 1 to 65535.');
}
