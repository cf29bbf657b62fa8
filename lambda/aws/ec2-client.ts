import type { AwsOptions } from './client.ts';
import type { Ec2, Instance, ReplaceTask, StatusChecks } from './ec2.ts';
import { consoleOutputOf, createdTaskOf, instancesOf, statusChecksOf, tasksOf } from './ec2-answers.ts';
import { AwsError } from './error.ts';
import type { Page } from './pages.ts';
import { allPages } from './pages.ts';
import type { QueryParameters } from './query-api.ts';
import { listed, QueryApi } from './query-api.ts';
import type { Element } from './xml.ts';
import { textOf } from './xml.ts';

/** Longest that one call may take, the second try included, milliseconds. */
const CALL_MS = 3_000;

/** The same for a page of instances: 1,000 of them are 3 MB of XML. */
const PAGE_MS = 8_000;

/** Most instances on a page (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html). */
const PAGE_SIZE = 1_000;

/** Most values of one filter (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html). */
const FILTER_VALUES = 200;

/** Makes a client of EC2 (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html). */
export function createEc2(options: AwsOptions, pageSize = PAGE_SIZE): Ec2 {
  return new Ec2Client(new QueryApi('ec2', '2016-11-15', options), pageSize);
}

/**
 * Any call may reach EC2 twice, see `AwsService`. A second start or stop changes nothing, a second reboot comes within
 * a tenth of a second, and a second replacement has the same token, so that it is the same task.
 */
class Ec2Client implements Ec2 {
  constructor(
    private readonly api: QueryApi,
    private readonly pageSize: number,
  ) {}

  async tagged(key: string, values: readonly string[], signal?: AbortSignal): Promise<readonly Instance[]> {
    const found = new Map<string, Instance>();
    for (let from = 0; from < values.length; from += FILTER_VALUES) {
      const some = values.slice(from, from + FILTER_VALUES);
      const filter = {
        'Filter.1.Name': `tag:${key}`,
        ...listed('Filter.1.Value', some),
        MaxResults: String(this.pageSize),
      };
      // Instances may move between pages while they are read.
      for (const each of await allPages('ec2', (token) => this.page(filter, token, signal))) found.set(each.id, each);
    }
    return [...found.values()];
  }

  async instance(id: string, signal?: AbortSignal): Promise<Instance | undefined> {
    const { items } = await this.page({ 'InstanceId.1': id }, undefined, signal, CALL_MS).catch(unlessUnknown);
    return items.find((instance) => instance.id === id);
  }

  async statusChecks(id: string, signal?: AbortSignal): Promise<StatusChecks> {
    return statusChecksOf(await this.call('DescribeInstanceStatus', { 'InstanceId.1': id }, signal));
  }

  async start(id: string): Promise<void> {
    await this.call('StartInstances', { 'InstanceId.1': id });
  }

  async stop(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.call('StopInstances', listed('InstanceId', ids));
  }

  async reboot(id: string): Promise<void> {
    await this.call('RebootInstances', { 'InstanceId.1': id });
  }

  async replaceRootVolume(id: string, token: string): Promise<ReplaceTask> {
    const wish = { InstanceId: id, ClientToken: token, DeleteReplacedRootVolume: 'true' };
    const task = createdTaskOf(await this.call('CreateReplaceRootVolumeTask', wish));
    if (task === undefined) throw this.api.unreadable();
    return task;
  }

  async replaceTask(taskId: string, signal?: AbortSignal): Promise<ReplaceTask | undefined> {
    const { items } = await this.tasks({ 'ReplaceRootVolumeTaskId.1': taskId }, signal).catch(unlessUnknown);
    return items.find(({ id }) => id === taskId);
  }

  /**
   * Only instances of the Nitro system have their newest output shown; of others EC2 shows that of their last start.
   */
  async consoleOutput(id: string, signal?: AbortSignal): Promise<string> {
    const newest = { InstanceId: id, Latest: 'true' };
    const answer = await this.call('GetConsoleOutput', newest, signal).catch((error: unknown) => {
      if ((error as AwsError).code !== 'UnsupportedOperation') throw error;
      return this.call('GetConsoleOutput', { InstanceId: id }, signal);
    });
    return consoleOutputOf(answer);
  }

  private async page(
    wish: QueryParameters,
    nextToken: string | undefined,
    signal: AbortSignal | undefined,
    timeoutMs = PAGE_MS,
  ): Promise<Page<Instance>> {
    const from = nextToken === undefined ? {} : { NextToken: nextToken };
    const answer = await this.api.call('DescribeInstances', { ...wish, ...from }, { timeoutMs, signal });
    return this.listOf(instancesOf(answer), textOf(answer, 'nextToken'));
  }

  private async tasks(wish: QueryParameters, signal?: AbortSignal): Promise<Page<ReplaceTask>> {
    return this.listOf(tasksOf(await this.call('DescribeReplaceRootVolumeTasks', wish, signal)));
  }

  /** An answer without its list is not an empty list: else a stray answer would remove every VM. */
  private listOf<Item>(items: readonly Item[] | undefined, nextToken?: string): Page<Item> {
    if (items === undefined) throw this.api.unreadable();
    return { items, nextToken };
  }

  private async call(action: string, parameters: QueryParameters, signal?: AbortSignal): Promise<Element> {
    return this.api.call(action, parameters, { timeoutMs: CALL_MS, signal });
  }
}

/** EC2 answers an error for an id that it does not know, and another one for an id that never was one. */
function unlessUnknown(error: unknown): Page<never> {
  if (error instanceof AwsError && /[.](NotFound|Malformed)$/.test(error.code))
    return { items: [], nextToken: undefined };
  throw error;
}
