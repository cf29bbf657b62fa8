/** An EC2 in memory that takes its time, refuses what EC2 refuses, and fails on wish. */
import type { Ec2, Instance, ReplaceTask, StatusChecks } from '../../../lambda/aws/ec2.ts';
import { AwsError } from '../../../lambda/aws/error.ts';
import { newHostKey } from './inventory.ts';

/** How long things take, milliseconds. */
const TAKES = { start: 20_000, stop: 30_000, reboot: 40_000, replace: 120_000, ssh: 8_000, checks: 60_000 };

/** An instance as it really is. */
export interface FakeInstance {
  readonly id: string;
  readonly ip: string;
  tags: Record<string, string>;
  state: Instance['state'];
  stateReason?: string;
  /** When it leaves a state that is on its way. */
  settlesAtMs: number;
  bootedAtMs: number;
  /** When EC2's checks began anew: a reboot does not disturb them. */
  launchedAtMs: number;
  /** What its SSH server has. */
  hostKeys: readonly string[];
  console: string;
  isImpaired: boolean;
  /** Not where its disks are of the host that it runs on. */
  canStop: boolean;
  /** What users have left on its disk. */
  traces: string[];
}

/** A replacement as it really is. */
interface FakeTask {
  readonly id: string;
  readonly instance: FakeInstance;
  readonly endsAtMs: number;
  end: 'succeeded' | 'failed' | 'never';
  isDone: boolean;
}

type Operation = keyof Ec2;

/** What cloud-init prints on the console of a new system. */
export function consoleOf(hostKeys: readonly string[]): string {
  const lines = hostKeys.map((key) => `${key} root@ip-10-0-0-1`);
  return ['[   12.3] cloud-init[712]: Cloud-init v. 24.4', BEGIN, ...lines, END, 'login: '].join('\r\n');
}

const BEGIN = '-----BEGIN SSH HOST KEY KEYS-----';
const END = '-----END SSH HOST KEY KEYS-----';

/** What a test may look at and change. */
export class FakeEc2 implements Ec2 {
  readonly instances = new Map<string, FakeInstance>();
  /** Each call, such as `start i-01`. */
  readonly calls: string[] = [];
  /** Errors that the next calls of an operation throw, one each. */
  readonly faults = new Map<Operation, AwsError[]>();
  /** How the tasks end that are made from now on. */
  tasksEnd: FakeTask['end'] = 'succeeded';
  /** By token. */
  readonly tasks = new Map<string, FakeTask>();

  constructor(private readonly clock: () => number) {}

  /** Adds an instance that has run for an hour. */
  add(id: string, tags: Record<string, string>, fields: Partial<FakeInstance> = {}): FakeInstance {
    const hostKeys = [newHostKey()];
    const made: FakeInstance = {
      id,
      ip: `10.0.0.${this.instances.size + 1}`,
      tags,
      state: 'running',
      settlesAtMs: 0,
      bootedAtMs: this.clock() - 3_600_000,
      launchedAtMs: this.clock() - 3_600_000,
      hostKeys,
      console: consoleOf(hostKeys),
      isImpaired: false,
      canStop: true,
      traces: [],
      ...fields,
    };
    this.instances.set(id, made);
    return made;
  }

  /** The instance as it is now. @throws Error when there is none */
  get(id: string): FakeInstance {
    const found = this.instances.get(id);
    if (found === undefined) throw new Error(`the test has no ${id}`);
    this.settle(found);
    return found;
  }

  /** Lets the next calls of an operation fail. */
  fail(operation: Operation, code: string, status: number | 'no answer' = 400, times = 1): void {
    const fault = new AwsError('ec2', code, status === 'no answer' ? undefined : status);
    const faults = Array.from({ length: times }, () => fault);
    this.faults.set(operation, [...(this.faults.get(operation) ?? []), ...faults]);
  }

  /** Whether its SSH server answers. */
  hasSsh(instance: FakeInstance): boolean {
    this.settle(instance);
    const sinceMs = this.clock() - instance.bootedAtMs;
    return instance.state === 'running' && sinceMs >= TAKES.ssh;
  }

  async tagged(key: string, values: readonly string[]): Promise<readonly Instance[]> {
    await this.called('tagged', values.join());
    return [...this.instances.values()]
      .filter(({ tags }) => values.includes(tags[key] ?? ''))
      .map(this.shown.bind(this));
  }

  async instance(id: string): Promise<Instance | undefined> {
    await this.called('instance', id);
    const found = this.instances.get(id);
    return found && this.shown(found);
  }

  async statusChecks(id: string): Promise<StatusChecks> {
    await this.called('statusChecks', id);
    const { state, isImpaired, launchedAtMs } = this.known(id);
    if (state !== 'running') return 'unknown';
    if (isImpaired) return 'impaired';
    return this.clock() - launchedAtMs >= TAKES.checks ? 'ok' : 'initializing';
  }

  async start(id: string): Promise<void> {
    await this.called('start', id);
    const instance = this.known(id);
    if (instance.state === 'running' || instance.state === 'pending') return;
    if (instance.state !== 'stopped') throw wrongState();
    this.goes(instance, 'pending', TAKES.start);
  }

  async stop(ids: readonly string[]): Promise<void> {
    await this.called('stop', ids.join());
    const instances = ids.map((id) => this.known(id));
    if (instances.some(({ state }) => state === 'pending' || isGone(state))) throw wrongState();
    if (instances.some(({ canStop }) => !canStop)) throw new AwsError('ec2', 'UnsupportedOperation', 400);
    for (const instance of instances) if (instance.state === 'running') this.goes(instance, 'stopping', TAKES.stop);
  }

  async reboot(id: string): Promise<void> {
    await this.called('reboot', id);
    const instance = this.known(id);
    if (instance.state !== 'running') throw wrongState();
    instance.bootedAtMs = this.clock() + TAKES.reboot;
  }

  async replaceRootVolume(id: string, token: string): Promise<ReplaceTask> {
    await this.called('replaceRootVolume', `${id} ${token}`);
    const instance = this.known(id);
    const known = this.tasks.get(token);
    if (known !== undefined) return { id: known.id, state: 'pending' };
    if (instance.state !== 'running' || [...this.tasks.values()].some((task) => isUnderWay(task, instance))) {
      throw wrongState();
    }
    const endsAtMs = this.clock() + TAKES.replace;
    const task = { id: `replacevol-${this.tasks.size + 1}`, instance, endsAtMs, end: this.tasksEnd, isDone: false };
    this.tasks.set(token, task);
    return { id: task.id, state: 'pending' };
  }

  async replaceTask(taskId: string): Promise<ReplaceTask | undefined> {
    await this.called('replaceTask', taskId);
    const task = [...this.tasks.values()].find(({ id }) => id === taskId);
    if (task === undefined) return undefined;
    this.settle(task.instance);
    const state = task.isDone && task.end !== 'never' ? task.end : 'in-progress';
    return { id: taskId, state };
  }

  async consoleOutput(id: string): Promise<string> {
    await this.called('consoleOutput', id);
    return this.known(id).console;
  }

  /** Ends an instance for good. */
  terminate(id: string): void {
    this.goes(this.get(id), 'shutting-down', 30_000);
  }

  private async called(operation: Operation, what: string): Promise<void> {
    this.calls.push(`${operation} ${what}`);
    await Promise.resolve();
    const fault = this.faults.get(operation)?.shift();
    if (fault !== undefined) throw fault;
  }

  private known(id: string): FakeInstance {
    const found = this.instances.get(id);
    if (found === undefined) throw new AwsError('ec2', 'InvalidInstanceID.NotFound', 400);
    this.settle(found);
    return found;
  }

  private goes(instance: FakeInstance, state: Instance['state'], takesMs: number): void {
    instance.state = state;
    instance.settlesAtMs = this.clock() + takesMs;
  }

  /** Lets what was to happen by now happen. */
  private settle(instance: FakeInstance): void {
    for (const task of this.tasks.values()) if (task.instance === instance) this.settleTask(task);
    if (this.clock() < instance.settlesAtMs) return;
    if (instance.state === 'pending') launch(instance, instance.settlesAtMs);
    instance.state = SETTLED[instance.state] ?? instance.state;
  }

  private settleTask(task: FakeTask): void {
    if (task.isDone || task.end === 'never' || this.clock() < task.endsAtMs) return;
    task.isDone = true;
    if (task.end === 'failed') return;
    const hostKeys = [newHostKey()];
    Object.assign(task.instance, { hostKeys, console: consoleOf(hostKeys), traces: [] });
    launch(task.instance, task.endsAtMs);
  }

  private shown(instance: FakeInstance): Instance {
    this.settle(instance);
    const { id, ip, state, tags, launchedAtMs } = instance;
    return { id, state, launchedAtMs, tags: { ...tags }, ...(!isGone(state) && { privateIp: ip }) };
  }
}

const SETTLED: Partial<Record<Instance['state'], Instance['state']>> = {
  pending: 'running',
  stopping: 'stopped',
  'shutting-down': 'terminated',
};

function launch(instance: FakeInstance, atMs: number): void {
  instance.bootedAtMs = atMs;
  instance.launchedAtMs = atMs;
}

function isGone(state: Instance['state']): boolean {
  return state === 'shutting-down' || state === 'terminated';
}

function isUnderWay({ isDone, instance }: FakeTask, of: FakeInstance): boolean {
  return instance === of && !isDone;
}

function wrongState(): AwsError {
  return new AwsError('ec2', 'IncorrectInstanceState', 400);
}
