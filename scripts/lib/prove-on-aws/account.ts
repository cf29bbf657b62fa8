import path from 'node:path';
import type { SignIn } from '../../../lambda/client/sign-in.ts';
import type { Answer, Json } from '../api-client/client.ts';
import { ApiClient, asObject } from '../api-client/client.ts';
import { identityFor } from '../client/identity.ts';
import type { Variables } from '../client/identity-options.ts';
import type { Waiting } from '../smoke-test/patience.ts';
import type { Ran, Run } from './commands.ts';
import { lastLine } from './commands.ts';

/** The outputs of the module that probes need. */
export interface Outputs {
  readonly apiUrl: string;
  readonly functionName: string;
  readonly logGroup: string;
  readonly accessLogGroup: string;
  /** Undefined while leases live in memory. */
  readonly tableName: string | undefined;
  /** Undefined with mock VMs. */
  readonly visitorName: string | undefined;
}

/** Headers of a request. */
export type Sent = Readonly<Record<string, string>>;

/** What an account is made of. */
export interface AccountParts extends Waiting {
  readonly environment: string;
  /** AWS region of the deployment. */
  readonly region: string | undefined;
  readonly outputs: Outputs;
  /** How callers identify. */
  readonly signIn: SignIn;
  readonly env: Variables;
  readonly run: Run;
  /** Folder of the repository. */
  readonly root: string;
}

/** A deployed environment and the AWS account around it, as probes look at them. */
export class Account {
  constructor(readonly parts: AccountParts) {}

  /** What borrowers must show. */
  get guard(): SignIn['authorization'] {
    return this.parts.signIn.authorization;
  }

  /** Calls the API without saying who calls. */
  anonymous(route: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return new ApiClient(this.parts.outputs.apiUrl).call(route, {}, headers);
  }

  /**
   * A client that identifies with what this computer holds.
   *
   * @param guard - `iam` signs for a deployment that asks its borrowers for nothing, as its operators do
   * @param changed - changes what is sent to identify
   * @throws IdentityMissing when this computer holds nothing
   */
  async client(guard: SignIn['authorization'], changed = (headers: Sent): Sent => headers): Promise<ApiClient> {
    const { outputs, env, region = '', signIn } = this.parts;
    const wanted: SignIn = guard === 'iam' && this.guard === 'none' ? { authorization: guard, region } : signIn;
    const authenticate = await identityFor(wanted, outputs.apiUrl, { env });
    return new ApiClient(outputs.apiUrl, async (request) => changed(await authenticate(request)));
  }

  /** Asks AWS. @param args - of the aws CLI, such as `lambda`, `get-alias` @throws Error with what AWS said */
  async aws(...args: readonly string[]): Promise<Json> {
    const { region, run } = this.parts;
    const place = region === undefined || args.includes('--region') ? [] : ['--region', region];
    const { status, stdout, stderr } = await run('aws', [...args, ...place, '--output', 'json']);
    if (status !== 0) throw new Error(`aws ${args.slice(0, 2).join(' ')}: ${lastLine(stderr)}`);
    return stdout.trim() === '' ? {} : asObject(JSON.parse(stdout));
  }

  /** Runs a script of this repository. */
  script(name: string, ...args: readonly string[]): Promise<Ran> {
    return this.parts.run(path.join(this.parts.root, 'scripts', name), args);
  }

  /**
   * Looks again and again until something is found.
   *
   * @returns what was found; nothing when the time is over
   */
  async eventually<Value>(withinMs: number, look: () => Promise<Value | undefined>): Promise<Value | undefined> {
    const { clock, sleep } = this.parts;
    for (const endMs = clock() + withinMs; ; await sleep(PAUSE_MS)) {
      const found = await look();
      if (found !== undefined || clock() + PAUSE_MS > endMs) return found;
    }
  }
}

const PAUSE_MS = 10_000;
