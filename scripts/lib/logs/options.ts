import { parseArgs } from 'node:util';
import type { Filter } from './filter.ts';
import { parseSince } from './since.ts';

/** What to read and how to show it. */
export interface Options {
  readonly logGroup: string;
  /** The environment whose log group it is; undefined for a log group that was named. */
  readonly environment: string | undefined;
  /** The region that was asked for. */
  readonly region: string | undefined;
  /** Where reading starts, epoch milliseconds. */
  readonly sinceMs: number;
  readonly follow: boolean;
  readonly json: boolean;
  readonly filter: Filter;
}

/** The command line can't be understood; one sentence a fault. */
export class OptionsError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

/** What `--help` prints. */
export const HELP = `Reads the log of the deployed function. Times are UTC.

  npm run logs -- [options]

      --env NAME        dev, staging or prod (dev)
      --log-group NAME  another log group than /aws/lambda/vm-pool-<env>
      --region NAME     AWS region, such as us-east-1 (AWS_REGION, or where the environment is deployed)
      --since WHEN      90s, 15m, 2h, 1d ago, or a time such as 2026-01-31T08:00Z (10m)
  -f, --follow          keep showing new lines; Ctrl-C ends it
      --user ID         only lines of this user
      --vm ID           only lines of this VM
      --request ID      only lines of this request: the x-request-id of an answer, or an invocation id of Lambda
      --errors          only errors: level ERROR, status 500 and above, failed or timed out invocations
      --json            one JSON object a line, as logged; a line that is not JSON becomes its "message"
  -h, --help            this text
`;

const ENVIRONMENTS = ['dev', 'staging', 'prod'];
const OPTIONS = {
  env: { type: 'string', default: 'dev' },
  'log-group': { type: 'string' },
  region: { type: 'string' },
  since: { type: 'string', default: '10m' },
  follow: { type: 'boolean', short: 'f', default: false },
  user: { type: 'string' },
  vm: { type: 'string' },
  request: { type: 'string' },
  errors: { type: 'boolean', default: false },
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
export function parseOptions(args: readonly string[], nowMs: number): Options | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const sinceMs = parseSince(values.since, nowMs);
  const faults = faultsOf(values, sinceMs);
  if (faults.length > 0 || sinceMs === undefined) throw new OptionsError(faults);
  return {
    logGroup: values['log-group'] ?? `/aws/lambda/vm-pool-${values.env}`,
    environment: values['log-group'] === undefined ? values.env : undefined,
    region: values.region,
    sinceMs,
    follow: values.follow,
    json: values.json,
    filter: { userId: values.user, vmId: values.vm, requestId: values.request, errorsOnly: values.errors },
  };
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
  const [named] = message.split(/\. |\n/, 1);
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
    ['user', fits(ID, values.user), ID_RULE],
    ['vm', fits(ID, values.vm), ID_RULE],
    ['request', fits(ID, values.request), ID_RULE],
  ];
  return rules
    .filter(([, holds]) => !holds)
    .map(([option, , rule]) => `--${option} ${rule}; not ${JSON.stringify(values[option])}`);
}

function fits(pattern: RegExp, value: string | undefined): boolean {
  return value === undefined || pattern.test(value);
}
