import { parseArgs } from 'node:util';

/** What to prove. */
export interface Options {
  readonly environment: string;
  /** Ids of the probes to run; undefined for all. */
  readonly only: readonly string[] | undefined;
  readonly withLoad: boolean;
  /** File for the results. */
  readonly json: string | undefined;
  /** File for a report to paste into an issue. */
  readonly report: string | undefined;
}

/** The command line can't be understood. */
export class OptionsError extends Error {}

/** What `--help` prints. */
export const HELP = `Proves on a real AWS account what no emulation can show. Changes nothing but one short lease of a canary.

  scripts/prove-on-aws ENVIRONMENT [options]

      --only ID,...   only these probes
      --list          show each probe: its question, what it does, what it expects, and why
      --with-load     also the probes that send up to 300 requests at once; alarms of the environment may fire
      --report FILE   write a report in Markdown to FILE, to paste into an issue; it names neither account nor address
      --json FILE     write the results to FILE too; relative paths start in the folder of the repository
  -h, --help          this text

ENVIRONMENT is deployed: the probes read its outputs by scripts/terraform. They ask AWS by the aws CLI, and call the API
with the identity of the environment variables, which scripts/smoke-test --help lists; where a token opens GET /metrics,
VM_POOL_METRICS_TOKEN is that token. It takes 5 to 20 minutes and a few cents; what is left by hand fills the hour.
Exit code: 0 nothing failed, 1 a probe failed, 2 wrong use.
`;

const OPTIONS = {
  only: { type: 'string' },
  list: { type: 'boolean', default: false },
  'with-load': { type: 'boolean', default: false },
  json: { type: 'string' },
  report: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/**
 * Reads the command line.
 *
 * @param ids - of all probes
 * @throws {@link OptionsError} that says what is wrong
 */
export function parseOptions(args: readonly string[], ids: readonly string[]): Options | 'help' | 'list' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  if (values.list) return 'list';
  const [environment, ...others] = positionals;
  if (environment === undefined || others.length > 0) throw new OptionsError('give one ENVIRONMENT; --help says more');
  const only = values.only?.split(',');
  const unknown = only?.filter((id) => !ids.includes(id)) ?? [];
  if (unknown.length > 0) throw new OptionsError(`no such probe: ${unknown.join(', ')}; --list shows all`);
  return { environment, only, withLoad: values['with-load'], json: values.json, report: values.report };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new OptionsError((error as Error).message.split(/[.] |\n/, 1)[0]);
  }
}
