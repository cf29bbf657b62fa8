import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { metricsTokenIn } from './metrics-token.ts';
import type { TokenSettings } from './token-settings.ts';
import { tokenSettings } from './token-settings.ts';

/** What `--help` prints. */
export const HELP = `Serves the API on this computer, with mock VMs, until Ctrl-C.

  npm start
  npm start -- --demo-vms 3
  npm start -- --inventory vms.json
  npm start -- --dynamodb-local
  npm start -- --issuer https://id.example.com --audience vm-pool

      --demo-vms N      lend N VMs to log in to instead of the mock VMs: SSH servers on this computer, for its own user.
                        Needs sshd (package openssh-server)
      --inventory FILE  lend the VMs of an inventory; npm run inventory:check FILE shows what is wrong with one.
                        This computer then is their certificate authority: its key lies in
                        .cache/certificate-authority.pem, unless CERTIFICATE_AUTHORITY names another file.
                        PROVIDER=ec2 finds the EC2 instances of its pools, with your AWS credentials
      --dynamodb-local  keep leases in AWS's DynamoDB Local, in .cache/dynamodb-local: they survive the server.
                        Needs Java; fetches DynamoDB Local once
      --table-folder F  keep them in the folder F instead
      --issuer URL      answer only callers with a token of this OpenID Connect issuer (AUTHORIZATION=jwt); health and
                        contract stay open. JWT_USER_ID says which claims are the user id, JWT_OPERATOR_CLAIM and
                        JWT_OPERATOR_VALUES who is an operator; with SIGN_IN_CLIENT_ID, a public client at the issuer,
                        people sign in on the page and by vm-pool login
      --audience A      whom the tokens are for: their claim aud, or client_id; may be given several times
  -h, --help            this text

  PORT=3001             another port than 3000; 0 lets the system choose
  HOST=0.0.0.0          another IP address than 127.0.0.1: other computers can then call the API. Without --issuer it
                        asks nobody who they are, and answers only at an IP address, a name without a dot, a name
                        under .local, or the host name of this computer: no page of a stranger can have these
  ADMIN_USERS=ops       users who may call the operators' calls, with the header x-operator; not with --issuer
  METRICS_TOKEN=FILE    file with a token of 16 or more characters: Prometheus may read /metrics with it, as its
                        authorization.credentials_file. Without one, /metrics is for operators

terraform/README.md lists the settings of the function itself.
`;

/** Where and how to serve. */
export interface Settings {
  readonly host: string;
  /** TCP port; 0 lets the system choose one */
  readonly port: number;
  /** Folder of DynamoDB Local's file, absolute or from the checkout; undefined for no DynamoDB Local */
  readonly tableFolder: string | undefined;
  /** Where VMs come from; undefined for the mock VMs */
  readonly vms: VmSettings | undefined;
  /** Undefined when anybody may call */
  readonly tokens: TokenSettings | undefined;
  /** Where the token is that opens `GET /metrics`; undefined when it is for operators */
  readonly metricsToken: string | undefined;
  /** Sentences for the user that do not keep the server from starting */
  readonly warnings: readonly string[];
}

/** VMs that are not mock objects. */
export type VmSettings =
  /** Their number */
  | { readonly demoVms: number }
  /** A file, as the user wrote it */
  | { readonly inventory: string };

const OPTIONS = {
  'demo-vms': { type: 'string' },
  inventory: { type: 'string' },
  'dynamodb-local': { type: 'boolean', default: false },
  'table-folder': { type: 'string' },
  issuer: { type: 'string' },
  audience: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const LOCALHOST = '127.0.0.1';
const DEFAULT_PORT = '3000';

/**
 * Reads the command line and the environment. An empty variable counts as absent: CI files and compose files write one
 * for a variable that is not set.
 *
 * @throws Error that says what would be right
 */
export function readSettings(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Settings | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const host = hostOf(env.HOST);
  const tokens = tokenSettings(values, env);
  const warnings = [host.warning, isLoopback(host.address) ? undefined : openTo(host.address, tokens)];
  if (env.ADMIN_USERS && !isLoopback(host.address)) {
    throw new Error(`ADMIN_USERS works only if other computers can't reach the server; HOST is ${env.HOST}`);
  }
  return {
    host: host.address,
    port: portOf(env.PORT === '' ? undefined : env.PORT),
    tableFolder: folderOf(values),
    vms: vmsOf(values),
    tokens,
    metricsToken: metricsTokenIn(env),
    warnings: warnings.filter((warning) => warning !== undefined),
  };
}

/** Whether only this computer can reach an address. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || address.startsWith('127.');
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\. |\n/, 1);
    throw new Error(`${sentence}; npm start -- --help shows the options`, { cause: error });
  }
}

function folderOf({
  'table-folder': folder,
  'dynamodb-local': isWanted,
}: ReturnType<typeof parse>): string | undefined {
  if (folder === '') throw new Error('--table-folder needs a folder, such as .cache/dynamodb-local');
  return folder ?? (isWanted ? '.cache/dynamodb-local' : undefined);
}

function vmsOf({ 'demo-vms': demo, inventory }: ReturnType<typeof parse>): VmSettings | undefined {
  if (demo !== undefined && inventory !== undefined) throw new Error('--demo-vms and --inventory exclude each other');
  if (inventory === '') throw new Error('--inventory needs a file, such as vms.json');
  if (demo === undefined) return inventory === undefined ? undefined : { inventory };
  if (/^\d{1,2}$/.test(demo) && Number(demo) >= 1) return { demoVms: Number(demo) };
  throw new Error(`--demo-vms must be a whole number from 1 to 99, not ${demo}`);
}

/** Shells and compilers set HOST to the name of a machine, such as tcsh and conda: only an address is meant for us. */
function hostOf(host: string | undefined): { address: string; warning?: string } {
  if (!host) return { address: LOCALHOST };
  if (host === 'localhost' || isIP(host) !== 0) return { address: host };
  return { address: LOCALHOST, warning: `HOST=${host} is not an IP address and has no effect` };
}

function openTo(address: string, tokens: TokenSettings | undefined): string {
  if (tokens !== undefined)
    return `tokens and keys travel to and from ${address} unencrypted; put a TLS proxy before it`;
  return `everybody who can reach ${address} can borrow VMs and read the keys of all users`;
}

function portOf(text = DEFAULT_PORT): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new Error(`PORT must be a whole number from 0 to 65535, not ${text}`);
}
