import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ended } from '../processes/child-processes.ts';

/** The account and region of everything in an emulated AWS. */
export const ACCOUNT_ID = '123456789012';
export const REGION = 'us-east-1';

/** A signed call, as recorder.py describes it. */
export interface RecordedCall {
  /** Id of the access key that signed it */
  readonly key: string;
  readonly region: string;
  /** Service in the signature, such as `monitoring` */
  readonly service: string;
  readonly operation: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly method: string;
  readonly path: string;
  /** Of the answer */
  readonly status: number;
}

/** A call that is to fail. */
export interface WishedFault {
  /** Such as `StartInstances`. */
  readonly operation: string;
  readonly code: string;
  /** Of the HTTP answer. */
  readonly status: number;
  /** Only calls about this instance. */
  readonly instance?: string;
  /** How many calls fail; 1 by default. */
  readonly times?: number;
}

/** What goes wrong with an instance as long as nothing else is wished; `ok` for nothing. */
export interface Fate {
  readonly start?: 'fails' | 'ok';
  readonly replace?: 'fails' | 'hangs' | 'ok';
  readonly checks?: 'impaired' | 'ok';
  /** Whether lists leave it out, as they may for a moment. */
  readonly hidden?: boolean;
}

/** How the emulated EC2 behaves from now on: `wishes.py` says what each wish means. */
export interface Wishes {
  readonly hook?: string;
  readonly transitionSeconds?: number;
  readonly checkSeconds?: number;
  readonly faults?: readonly WishedFault[];
  /** By instance id. */
  readonly fates?: Readonly<Record<string, Fate>>;
  /** By instance id: more output of the serial console. */
  readonly consoles?: Readonly<Record<string, string>>;
}

/** moto's settings: real managed policies, and certificates that are validated after a second. */
const MOTO_SETTINGS = {
  MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
  MOTO_ACM_VALIDATION_WAIT: '1',
};

/** Longest that it takes to start and to end, on a busy machine, milliseconds. */
const START_MS = 60_000;
const END_MS = 10_000;

/** An AWS account on this machine, emulated by moto. It starts empty, and a stop discards everything in it. */
export class EmulatedAws {
  /** `http://127.0.0.1:PORT`; S3 clients use path-style addresses because it is an IP address */
  readonly endpoint: string;
  private readonly process: ChildProcess;

  private constructor(endpoint: string, process: ChildProcess) {
    this.endpoint = endpoint;
    this.process = process;
  }

  /** Starts one on a free port. @throws Error with Python's output when it does not start */
  static async start(): Promise<EmulatedAws> {
    const moto = spawn('python3', [fileURLToPath(new URL('emulated_aws.py', import.meta.url))], {
      env: { ...process.env, ...MOTO_SETTINGS },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let timer: NodeJS.Timeout | undefined;
    let errors = '';
    moto.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const endpoint = await new Promise<string>((resolve, reject) => {
      createInterface(moto.stdout).once('line', resolve);
      moto.once('error', reject);
      moto.once('close', () => {
        reject(new Error(`the emulated AWS did not start\n${errors}`));
      });
      timer = setTimeout(() => moto.kill('SIGKILL'), START_MS);
    });
    clearTimeout(timer);
    return new EmulatedAws(endpoint, moto);
  }

  /** Environment variables that lead Terraform, its S3 backend and AWS SDKs here. The keys work nowhere else. */
  get variables(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /** Settings for a client of the AWS SDK. */
  get clientConfig() {
    return {
      endpoint: this.endpoint,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
  }

  /**
   * Calls an AWS API for which this project has no SDK client. Of the signature, moto reads only the service.
   *
   * @param service - its name in a signature: `iam`, `monitoring`, `scheduler`
   * @throws Error when the status is not 2xx
   */
  async request(service: string, pathAndQuery: string, request: RequestInit = {}): Promise<Response> {
    const scope = `test/20260101/${REGION}/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`;
    const headers = { ...(request.headers as Record<string, string>), authorization };
    const response = await fetch(this.endpoint + pathAndQuery, { ...request, headers });
    if (response.ok) return response;
    throw new Error(`${service} answered ${response.status} to ${pathAndQuery}: ${await response.text()}`);
  }

  /** Like {@link request}. @returns the body of the answer */
  async ask(service: string, pathAndQuery: string, request: RequestInit = {}): Promise<string> {
    const response = await this.request(service, pathAndQuery, request);
    return response.text();
  }

  /** Calls an action such as `Logs_20140328.DescribeLogGroups`. @returns the JSON of the answer */
  act(service: string, action: string, parameters: Record<string, unknown> = {}): Promise<string> {
    const headers = { 'x-amz-target': action, 'content-type': 'application/x-amz-json-1.1' };
    return this.ask(service, '/', { method: 'POST', headers, body: JSON.stringify(parameters) });
  }

  /** Wishes something else of it than before. */
  async wish(wishes: Wishes): Promise<void> {
    const { status } = await fetch(`${this.endpoint}/wishes`, { method: 'PUT', body: JSON.stringify(wishes) });
    if (status !== 204) throw new Error(`the emulated AWS does not understand ${JSON.stringify(wishes)}`);
  }

  /** Waits until the hook has answered to every change so far. */
  async untilHeard(): Promise<void> {
    await fetch(`${this.endpoint}/wishes`);
  }

  /** The calls that it got so far, in order. */
  async calls(): Promise<RecordedCall[]> {
    const response = await fetch(`${this.endpoint}/recorded-calls`);
    return (await response.json()) as RecordedCall[];
  }

  /** Stops it and discards everything in it. */
  async stop(): Promise<void> {
    await ended(this.process, END_MS, () => this.process.stdin?.end());
  }
}
