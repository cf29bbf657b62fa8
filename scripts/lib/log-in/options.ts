import { parseArgs } from 'node:util';

/** What `--help` prints. */
export const HELP = `Logs in to the VM that you hold: asks the service for a fresh credential, and starts ssh with it.

  scripts/log-in API_URL [-- WORDS FOR SSH]

  scripts/log-in http://127.0.0.1:3000/resources --user alice
  scripts/log-in http://127.0.0.1:3000/resources --user alice -- uptime
  scripts/log-in http://127.0.0.1:3000/resources --user alice -- -L 8080:localhost:80

      --user USERID  who you are, where the service asks nobody
  -h, --help         this text

Where the service asks who you are, it needs AWS credentials in the environment (AWS_ACCESS_KEY_ID and so on), or a token
in VM_POOL_TOKEN. If you borrowed with a public key of your own, ssh takes the private one from your agent, from ~/.ssh,
or the one you name: -- -i FILE. The credential lies in a folder of its own while ssh runs, and only you can read it.
The exit code is that of ssh; 2 for wrong use, 1 when the service refuses.
`;

/** Which service, and what ssh is to do. */
export interface Options {
  /** Base URL of the API, without a slash at its end. */
  readonly url: string;
  readonly user: string | undefined;
  /** Options of ssh before the destination, a command after it. */
  readonly words: readonly string[];
}

/** The command line can't be understood. */
export class OptionsError extends Error {}

/** Reads the command line. @throws {@link OptionsError} that says what would be right */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const { values, positionals } = parse(args.slice(0, end));
  if (values.help === true) return 'help';
  const [url, ...others] = positionals;
  if (url === undefined || others.length > 0) throw new OptionsError('give one API_URL; --help says more');
  if (!/^https?:\/\/[^?#]+$/.test(url) || !URL.canParse(url)) {
    throw new OptionsError(`API_URL must be a URL that ends with its path, such as /resources; not ${url}`);
  }
  return { url: url.replace(/\/+$/, ''), user: values.user, words: args.slice(end + 1) };
}

function parse(args: readonly string[]) {
  try {
    const options = { user: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new OptionsError(`${(error as Error).message.split(/[.] |\n/, 1)[0] ?? ''}; --help shows the options`);
  }
}
