import type { EmulatedAws, Fate } from './server.ts';

/** An instance to launch. */
export interface Launch {
  readonly tags: Readonly<Record<string, string>>;
  /** A loopback address, so that a machine of the test can have it. */
  readonly privateIp?: string;
  readonly userData?: string;
}

/** The account's owner of instances, who is no part of the service: launches them, tags them, stops them by hand. */
export class EmulatedEc2 {
  private constructor(
    readonly aws: EmulatedAws,
    private readonly subnetId: string,
  ) {}

  /** Makes a network in which instances have loopback addresses. */
  static async in(aws: EmulatedAws): Promise<EmulatedEc2> {
    const [vpc = ''] = valuesOf(await ask(aws, 'CreateVpc', { CidrBlock: '127.0.0.0/16' }), 'vpcId');
    const [subnet = ''] = valuesOf(
      await ask(aws, 'CreateSubnet', { VpcId: vpc, CidrBlock: '127.0.0.0/16' }),
      'subnetId',
    );
    return new EmulatedEc2(aws, subnet);
  }

  /** Launches an instance. @returns its id */
  async launch(launch: Launch): Promise<string> {
    const [id = ''] = await this.launchAll(1, launch);
    return id;
  }

  /** Launches instances that are alike, in one reservation. @returns their ids */
  async launchAll(count: number, { tags, privateIp, userData = '' }: Launch): Promise<string[]> {
    const network = privateIp === undefined ? {} : { SubnetId: this.subnetId, PrivateIpAddress: privateIp };
    const answer = await this.ask('RunInstances', {
      ImageId: 'ami-12345678',
      MinCount: String(count),
      MaxCount: String(count),
      UserData: Buffer.from(userData).toString('base64'),
      'TagSpecification.1.ResourceType': 'instance',
      ...tagParameters('TagSpecification.1.Tag', tags),
      ...network,
    });
    return valuesOf(answer, 'instanceId');
  }

  async start(id: string): Promise<void> {
    await this.ask('StartInstances', { 'InstanceId.1': id });
  }

  async stop(id: string): Promise<void> {
    await this.ask('StopInstances', { 'InstanceId.1': id });
  }

  async terminate(id: string): Promise<void> {
    await this.ask('TerminateInstances', { 'InstanceId.1': id });
  }

  async tag(id: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.ask('CreateTags', { 'ResourceId.1': id, ...tagParameters('Tag', tags) });
  }

  async untag(id: string, key: string): Promise<void> {
    await this.ask('DeleteTags', { 'ResourceId.1': id, 'Tag.1.Key': key });
  }

  /** `running`, `stopped`, ... */
  async state(id: string): Promise<string> {
    const [, state = ''] =
      /<instanceState>.*?<name>(.*?)</s.exec(await this.ask('DescribeInstances', { 'InstanceId.1': id })) ?? [];
    return state;
  }

  /** Ids of all tasks that replace root volumes. */
  async replaceTasks(id: string): Promise<string[]> {
    const filter = { 'Filter.1.Name': 'instance-id', 'Filter.1.Value.1': id };
    return valuesOf(await this.ask('DescribeReplaceRootVolumeTasks', filter), 'replaceRootVolumeTaskId');
  }

  /** Chooses what goes wrong with an instance from now on. */
  async doom(id: string, fate: Fate): Promise<void> {
    await this.aws.wish({ fates: { [id]: fate } });
  }

  /** Calls an action. @returns the XML of the answer @throws Error with it, when the action fails */
  ask(action: string, parameters: Readonly<Record<string, string>> = {}): Promise<string> {
    return ask(this.aws, action, parameters);
  }
}

function ask(aws: EmulatedAws, action: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const body = new URLSearchParams({ Action: action, Version: '2016-11-15', ...parameters });
  return aws.ask('ec2', '/', { method: 'POST', body });
}

function tagParameters(prefix: string, tags: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(tags).flatMap(([key, value], index) => [
    [`${prefix}.${index + 1}.Key`, key],
    [`${prefix}.${index + 1}.Value`, value],
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** The texts of an element, anywhere in the XML. */
export function valuesOf(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)`, 'g'))].map(([, text = '']) => text);
}
