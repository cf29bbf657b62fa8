import { randomUUID } from 'node:crypto';
import type { LambdaRuntime } from '../../../scripts/lib/lambda-runtime/install.ts';
import { Environment } from './environment.ts';
import type { InvocationResult } from './runtime-api.ts';

/** The settings of a function, with the values of a `GetFunction` answer. */
export interface FunctionSettings {
  readonly functionName: string;
  readonly functionArn: string;
  readonly handler: string;
  /** `nodejs22.x` */
  readonly runtimeName: string;
  readonly version: string;
  readonly region: string;
  readonly timeoutSec: number;
  readonly memoryMb: number;
  /** Undefined when no concurrency is reserved */
  readonly reservedConcurrency: number | undefined;
  /** `JSON` or `Text` */
  readonly logFormat: string;
  readonly logGroup: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Lambda's answer 429 to a synchronous invocation: every environment is busy, and no other may start. */
export class TooManyRequests extends Error {
  constructor(functionName: string, concurrency: number) {
    super(`${functionName} is at its concurrency of ${concurrency}`);
  }
}

/** The quota of a new AWS account, which this machine can serve too. */
const UNRESERVED_CONCURRENCY = 10;

/**
 * A deployed function. Each concurrent invocation has an execution environment, up to the reserved concurrency. Beyond
 * that, an invocation is throttled at once, like a synchronous one on Lambda.
 */
export class LambdaFunction {
  /** The function's log group: the lines of all environments in the order of their arrival */
  readonly logLines: string[] = [];

  private readonly settings: FunctionSettings;
  private readonly codeFolder: string;
  private readonly runtime: LambdaRuntime;
  private readonly environments = new Set<Environment>();
  private readonly idle: Environment[] = [];
  private starting = 0;

  /** @param codeFolder - folder of the unzipped deployment package */
  constructor(settings: FunctionSettings, codeFolder: string, runtime: LambdaRuntime) {
    this.settings = settings;
    this.codeFolder = codeFolder;
    this.runtime = runtime;
  }

  /** Its ARN; that of an alias, if it was read by one */
  get arn(): string {
    return this.settings.functionArn;
  }

  /** Number of its processes */
  get environmentCount(): number {
    return this.environments.size;
  }

  /**
   * Invokes the function and waits for its result.
   *
   * @param event - any JSON value
   * @throws {@link TooManyRequests} when Lambda would throttle it
   */
  async invoke(event: unknown): Promise<InvocationResult> {
    const environment = this.takeIdle() ?? (await this.startEnvironment());
    const { functionArn, timeoutSec } = this.settings;
    const payload = Buffer.from(JSON.stringify(event));
    const result = await environment.invoke({ requestId: randomUUID(), payload, functionArn }, timeoutSec * 1000);
    if (environment.isAlive) this.idle.push(environment);
    else this.environments.delete(environment);
    return result;
  }

  /** Ends every environment; the function loses what it keeps in memory. */
  async stop(): Promise<void> {
    await Promise.all([...this.environments].map((environment) => environment.stop()));
    this.environments.clear();
  }

  private takeIdle(): Environment | undefined {
    const environment = this.idle.pop();
    if (!environment || environment.isAlive) return environment;
    this.environments.delete(environment);
    return this.takeIdle();
  }

  private async startEnvironment(): Promise<Environment> {
    const { reservedConcurrency, functionName, handler } = this.settings;
    const concurrency = reservedConcurrency ?? UNRESERVED_CONCURRENCY;
    if (this.environments.size + this.starting >= concurrency) throw new TooManyRequests(functionName, concurrency);
    this.starting += 1;
    try {
      const environment = await Environment.start({
        runtime: this.runtime,
        handler,
        codeFolder: this.codeFolder,
        variables: environmentVariables(this.settings, this.codeFolder),
        onLogLine: (line) => this.logLines.push(line),
      });
      this.environments.add(environment);
      return environment;
    } finally {
      this.starting -= 1;
    }
  }
}

/**
 * The variables that Lambda sets, and the function's own. This machine's variables are left out, so that a function
 * which needs more than Terraform gave it fails here too.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function environmentVariables(settings: FunctionSettings, codeFolder: string): Record<string, string> {
  return {
    ...settings.variables,
    _HANDLER: settings.handler,
    AWS_DEFAULT_REGION: settings.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtimeName}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: settings.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: settings.version,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: settings.logFormat,
    AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: `2026/01/01/[${settings.version}]${randomUUID()}`,
    AWS_ACCESS_KEY_ID: accessKeyIdOf(settings.functionName),
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: settings.region,
    LAMBDA_TASK_ROOT: codeFolder,
    LANG: 'en_US.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: ':UTC',
  };
}

/**
 * Id of the access key with which a function signs its calls, so that a recording shows who made them. DynamoDB Local
 * takes letters and digits only.
 */
export function accessKeyIdOf(functionName: string): string {
  return functionName.replaceAll(/[^A-Za-z0-9]/g, '');
}
