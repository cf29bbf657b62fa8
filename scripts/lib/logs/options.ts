import { parseArgs } from 'node:util';
import { ENVIRONMENTS } from './environments.ts';
import type { Filter } from './filter.ts';
import type { LogGroups } from './groups.ts';
import { groupsBeside, groupsOf } from './groups.ts';
import type { NamedQuery } from './queries.ts';
import { QUERIES, unfitOptions } from './queries.ts';
import { parseSince } from './since.ts';

/** What to read and how to show it. */
export interface Options {
  readonly groups: LogGroups;
  /** The environment whose log groups they are; undefined for a log group that was named. */
  readonly environment: string | undefined;
  /** The region that was asked for. */
  readonly region: string | undefined;
  /** Where reading starts, epoch milliseconds. */
  readonly sinceMs: number;
  /** How to show new lines: as soon as there are any, or by searching now and then. */
  readonly follow: 'live' | 'polling' | undefined;
  readonly json: boolean;
  readonly filter: Filter;
  /** What to run instead of showing lines. */
  readonly query: NamedQuery | undefined;
}

/** The command line can't be understood; one sentence a fault. */
export class OptionsError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

const OPTIONS = {
  env: { type: 'string', default: 'dev' },
  'log-group': { type: 'string' },
  region: { type: 'string' },
  since: { type: 'string' },
  follow: { type: 'boolean', short: 'f', default: false },
  poll: { type: 'boolean', default: false },
  user: { type: 'string' },
  vm: { type: 'string' },
  request: { type: 'string' },
  errors: { type: 'boolean', default: false },
  query: { type: 'string' },
  queries: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = ReturnType<typeof parse>;

/**
 * Reads the command line.
 *
 * @param nowMs - current time, epoch milliseconds, from which `--since` counts back
 * @throws {@link OptionsError} that names every bad value, not just the first
 */
export function parseOptions(args: readonly string[], nowMs: number): Options | 'help' | 'queries' {
  const values = parse(args);
  if (values.help) return 'help';
  if (values.queries) return 'queries';
  const query = QUERIES.get(values.query ?? '');
  const sinceMs = parseSince(sinceOf(values), nowMs);
  const groups =
    values['log-group'] === undefined ? groupsOf(`vm-pool-${values.env}`) : groupsBeside(values['log-group']);
  const faults = [...faultsOf(values, sinceMs), ...(query === undefined ? [] : queryFaults(values, query, groups))];
  if (faults.length > 0 || sinceMs === undefined) throw new OptionsError(faults);
  return {
    groups,
    environment: values['log-group'] === undefined ? values.env : undefined,
    region: values.region,
    sinceMs,
    follow: followOf(values),
    json: values.json,
    filter: { userId: values.user, vmId: values.vm, requestId: values.request, errorsOnly: values.errors },
    query,
  };
}

function followOf({ follow, poll }: Values): Options['follow'] {
  if (poll) return 'polling';
  return follow ? 'live' : undefined;
}

/** Who follows wants what is new. Who asks about a request or runs a query often does so hours later. */
function sinceOf(values: Values): string {
  const isQuestion = values.query !== undefined || (values.request !== undefined && followOf(values) === undefined);
  return values.since ?? (isQuestion ? '1d' : '10m');
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new OptionsError([misuse(error)]);
  }
}

/** Node's own messages name the option, then give advice for the authors of programs. */
function misuse(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const [named] = message.split(/\.?\n|\. /, 1);
  switch (code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return `${named}; the options are ${Object.keys(OPTIONS)
        .map((name) => `--${name}`)
        .join(' ')}`;
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return `${named}; options follow a --, as in: npm run logs -- --since 1h`;
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      return `${named}; --help shows what each option takes`;
    default:
      throw error;
  }
}

/** Without quotes, so that an id fits into the quotes of a CloudWatch filter pattern. */
const ID = /^[!#-[\]-~]{1,128}$/;
const ID_RULE = 'must be an id: 1 to 128 visible ASCII characters without quotes and backslashes';

function faultsOf(values: Values, sinceMs: number | undefined): string[] {
  const rules: [option: keyof Values, holds: boolean, rule: string][] = [
    ['env', ENVIRONMENTS.includes(values.env), `must be one of ${ENVIRONMENTS.join(', ')}`],
    [
      'log-group',
      fits(/^[\w./#-]{1,512}$/, values['log-group']),
      'must be a log group, such as /aws/lambda/vm-pool-dev',
    ],
    ['region', fits(/^[a-z]{2}(-[a-z]+)+-\d$/, values.region), 'must be an AWS region, such as us-east-1'],
    ['since', sinceMs !== undefined, 'must lie in the past: 90s, 15m, 2h, 1d, or a time such as 2026-01-31T08:00Z'],
    [
      'query',
      values.query === undefined || QUERIES.has(values.query),
      `must be one of ${[...QUERIES.keys()].join(', ')} (--queries explains them)`,
    ],
    ['user', fits(ID, values.user), ID_RULE],
    ['vm', fits(ID, values.vm), ID_RULE],
    ['request', fits(ID, values.request), ID_RULE],
  ];
  return rules
    .filter(([, holds]) => !holds)
    .map(([option, , rule]) => `--${option} ${rule}; not ${JSON.stringify(values[option])}`);
}

/** Options that don't fit a query. */
const NOT_OF_QUERIES = ['follow', 'poll', 'request', 'errors'] as const;

function queryFaults(values: Values, query: NamedQuery, groups: LogGroups): string[] {
  const useless = [
    ...NOT_OF_QUERIES.filter((option) => values[option] !== undefined && values[option] !== false),
    ...unfitOptions(query, { user: values.user, vm: values.vm }),
  ].map((option) => `--${option} does not go with --query ${String(values.query)}`);
  if (groups[query.log] !== undefined) return useless;
  return [...useless, `--query ${String(values.query)} needs the ${query.log} log, which --log-group does not name`];
}

function fits(pattern: RegExp, value: string | undefined): boolean {
  return value === undefined || pattern.test(value);
}
