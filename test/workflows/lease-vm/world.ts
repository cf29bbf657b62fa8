import type { Authorization } from '../../../lambda/http/audience.ts';
import { Job } from '../../support/actions/job.ts';
import { JobTokens } from '../../support/actions/job-tokens.ts';
import type { Mode } from '../../support/api/modes.ts';
import { MODES } from '../../support/api/modes.ts';
import type { ServedApi } from '../../support/api/served-api.ts';
import { callApi, serveApi } from '../../support/api/served-api.ts';
import { iamUser } from '../../support/identity/aws-callers.ts';
import { someVms } from '../../support/pool/lending.ts';

export const ACTION = '.github/actions/lease-vm';

/** The user id of the jobs of a {@link World}, as a service for GitHub's tokens would make it. */
const USER = 'rig@4711';

type Texts = Readonly<Record<string, string>>;

/** A served API whose callers are jobs. Its clock begins now and stands still. */
export class World {
  private readonly jobs: Job[] = [];

  private constructor(
    readonly served: ServedApi,
    readonly tokens: JobTokens,
    private readonly mode: Mode,
    /** What a job has by which the service knows it. */
    readonly identity: { readonly inputs: Texts; readonly env: Texts },
  ) {}

  static async start(authorization: Authorization, vmCount = 2): Promise<World> {
    const mode = await MODES[authorization]();
    const served = await serveApi(someVms(vmCount), mode);
    served.clock.nowSec = Math.floor(Date.now() / 1000);
    const headers = () => mode.identify({ method: 'GET', url: served.url, headers: {} }, USER);
    const tokens = await JobTokens.start(async () => (await headers()).authorization?.replace('Bearer ', '') ?? '');
    // The first call makes the IAM user.
    await headers();
    const { accessKeyId, secretAccessKey } = iamUser(USER);
    const identity = {
      none: { inputs: { user: USER }, env: {} },
      iam: { inputs: {}, env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } },
      jwt: { inputs: {}, env: tokens.env },
    }[authorization];
    return new World(served, tokens, mode, identity);
  }

  /** What of the identity of a job nobody else may see. */
  get secrets(): string[] {
    return Object.entries(this.identity.env).flatMap(([name, value]) => (/SECRET|_TOKEN$/.test(name) ? value : []));
  }

  /** Whose tokens the service trusts. */
  get issuer(): string {
    return this.mode.variables.JWT_ISSUER ?? '';
  }

  /** A job that leases a VM. */
  async job(inputs: Texts = {}, env: Texts = {}): Promise<Job> {
    const all = { url: this.served.url, wait: '0', ...this.identity.inputs, ...inputs };
    const job = await Job.start(ACTION, all, { ...this.identity.env, ...env });
    this.jobs.push(job);
    return job;
  }

  /** Which VM the jobs' user holds. */
  async held(): Promise<string | undefined> {
    const { status, body } = await this.call<{ vm: { id: string } }>('GET', '/lease');
    return status === 200 ? body.vm.id : undefined;
  }

  /** Calls the service as the jobs' user, or as somebody else. */
  call<Body>(method: string, path: string, parameters: object = {}, by = USER) {
    const isOpen = this.served.mode.authorization === 'none';
    const named = isOpen ? { userid: by, ...parameters } : parameters;
    const query = method === 'GET' ? `?${new URLSearchParams(named as Texts).toString()}` : '';
    return callApi<Body>(this.served, method, path + query, method === 'GET' ? undefined : named, { by });
  }

  async stop(): Promise<void> {
    await Promise.all(this.jobs.map((job) => job.end()));
    await this.tokens.stop();
    await this.served.close();
    await this.mode.stop();
  }
}
