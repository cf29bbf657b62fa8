import { parseArgs } from 'node:util';

/** The command line can't be understood. */
export class OptionsError extends Error {}

/** What `--help` prints. */
export const HELP = `Tries a deployment: a canary borrows a VM for a minute and gives it back.

  scripts/smoke-test API_URL

  -h, --help   this text

API_URL is the output api_url of Terraform: "$(scripts/terraform dev output -raw api_url)". The deployment itself says
what it wants to see of its borrowers:

  none         nothing; the canary borrows as canary-<random>
  AWS IAM      credentials where AWS's own tools look for them: AWS_PROFILE, or AWS_ACCESS_KEY_ID,
               AWS_SECRET_ACCESS_KEY and, for temporary ones, AWS_SESSION_TOKEN
  tokens       VM_POOL_TOKEN, a token of the deployment's issuer

The identity should be the canary's own: one user holds one VM. The test waits up to a minute for a new deployment.
An empty pool is not a failure. Exit code: 0 it works, 1 it does not, 2 wrong use.
`;

/** What to try. */
export interface Options {
  /** Base URL of the API, without a slash at its end. */
  readonly url: string;
}

/**
 * Reads the command line.
 *
 * @throws {@link OptionsError} that says what is wrong
 */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values, positionals } = parse(args);
  if (values.help === true) return 'help';
  const [url, ...others] = positionals;
  if (url === undefined || others.length > 0) throw new OptionsError('give one API_URL; --help says more');
  return { url: checked(url) };
}

function parse(args: readonly string[]) {
  try {
    const options = { help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new OptionsError((error as Error).message.split(/[.] |\n/, 1)[0]);
  }
}

function checked(text: string): string {
  if (!URL.canParse(text)) throw new OptionsError(`API_URL must be a URL; not ${JSON.stringify(text)}`);
  const { protocol, hostname, username, search, hash } = new URL(text);
  const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && isHere)) {
    throw new OptionsError('API_URL must begin with https://; only a server on this computer may do without');
  }
  if (username + search + hash !== '') throw new OptionsError('API_URL must end with its path, such as /resources');
  return text.replace(/\/+$/, '');
}
