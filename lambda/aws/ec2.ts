/** An EC2 instance, as `DescribeInstances` shows it. */
export interface Instance {
  readonly id: string;
  readonly state: 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';
  /** Why it came into its state, such as `Server.SpotInstanceShutdown`. */
  readonly stateReason?: string;
  readonly privateIp?: string;
  readonly publicIp?: string;
  readonly privateDns?: string;
  readonly publicDns?: string;
  /** UTC epoch milliseconds of its last start. */
  readonly launchedAtMs: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** A replacement of an instance's root volume. */
export interface ReplaceTask {
  readonly id: string;
  readonly state: 'pending' | 'in-progress' | 'failing' | 'failed' | 'failed-detached' | 'succeeded';
}

/** What EC2's own checks of an instance say. */
export type StatusChecks = 'ok' | 'initializing' | 'impaired' | 'unknown';

/** What the service asks of EC2. Every call throws `AwsError`; the code says why, such as `IncorrectInstanceState`. */
export interface Ec2 {
  /** All instances that have the tag with one of the values, page by page; terminated ones for about an hour. */
  tagged(key: string, values: readonly string[], signal?: AbortSignal): Promise<readonly Instance[]>;
  /** Undefined: EC2 does not know it. */
  instance(id: string, signal?: AbortSignal): Promise<Instance | undefined>;
  statusChecks(id: string, signal?: AbortSignal): Promise<StatusChecks>;
  /** Starts a stopped instance; a running one stays as it is. */
  start(id: string): Promise<void>;
  /** Stops instances; a stopped one stays as it is. */
  stop(ids: readonly string[]): Promise<void>;
  reboot(id: string): Promise<void>;
  /** Replaces the root volume and deletes the old one. @param token - the same token is the same task, always */
  replaceRootVolume(id: string, token: string): Promise<ReplaceTask>;
  /** Undefined: EC2 does not know it. */
  replaceTask(taskId: string, signal?: AbortSignal): Promise<ReplaceTask | undefined>;
  /** The newest console output, at most its last 64 KB; empty while there is none. */
  consoleOutput(id: string, signal?: AbortSignal): Promise<string>;
}
