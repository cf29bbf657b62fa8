/** What IAM asks of a function that lends EC2 instances, out of its recorded calls. */
import type { Use } from './iam.ts';
import type { RecordedCall } from './server.ts';
import { ACCOUNT_ID } from './server.ts';

type Tags = Readonly<Record<string, string>>;

/** Actions for which IAM knows no narrower resource. */
const OF_ALL = [
  'ec2:DescribeInstances',
  'ec2:DescribeInstanceStatus',
  'ec2:DescribeReplaceRootVolumeTasks',
  'ssm:DescribeSessions',
];

/** Actions about instances: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html */
const OF_INSTANCES = [
  'ec2:CreateReplaceRootVolumeTask',
  'ec2:GetConsoleOutput',
  'ec2:RebootInstances',
  'ec2:StartInstances',
  'ec2:StopInstances',
  'ec2-instance-connect:SendSSHPublicKey',
  'ssm:StartSession',
];

/**
 * The uses of a call about instances; undefined for any other call.
 *
 * @param functionName - AWS begins the ids of sessions with the name of the role's session, which is this
 * @param tags - of instances, by their ids
 */
export function instanceUses(
  { service, operation, parameters, region }: RecordedCall,
  functionName: string,
  tags: ReadonlyMap<string, Tags>,
): Use[] | undefined {
  const action = `${service}:${operation}`;
  const arn = (of: string, resource: string) => ['arn:aws', of, region, ACCOUNT_ID, resource].join(':');
  if (OF_ALL.includes(action)) return [{ action, resource: '*' }];
  if (action === 'ssm:TerminateSession') {
    return [{ action, resource: arn('ssm', `session/${functionName}-0123456789abcdef0`) }];
  }
  if (!OF_INSTANCES.includes(action)) return undefined;
  const about = idsIn(parameters).map((id) => ({
    action,
    resource: arn('ec2', `instance/${id}`),
    context: contextOf(service, parameters, tags.get(id) ?? {}),
  }));
  return [...about, ...(MORE[action]?.map(([of, resource]) => ({ action, resource: arn(of, resource) })) ?? [])];
}

/** What a call makes or uses beside the instance; AWS chooses the ids. */
const MORE: Readonly<Record<string, readonly (readonly [service: string, resource: string])[]>> = {
  'ec2:CreateReplaceRootVolumeTask': [
    ['ec2', 'volume/vol-0123456789abcdef0'],
    ['ec2', 'replace-root-volume-task/replacevol-0123456789abcdef0'],
  ],
  'ssm:StartSession': [['ssm', 'document/SSM-SessionManagerRunShell']],
};

function idsIn(parameters: RecordedCall['parameters']): string[] {
  const named = Object.entries(parameters).filter(([name]) => /^(InstanceId([.]\d+)?|Target)$/.test(name));
  return named.map(([, id]) => String(id));
}

function contextOf(service: string, parameters: RecordedCall['parameters'], tags: Tags): Tags {
  const kind = service === 'ssm' ? 'ssm:resourceTag' : 'aws:ResourceTag';
  const own = Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${kind}/${key}`, value]));
  if (service === 'ssm') return { ...own, 'ssm:SessionDocumentAccessCheck': 'true' };
  if (service !== 'ec2-instance-connect') return own;
  return { ...own, 'ec2:osuser': String(parameters.InstanceOSUser) };
}
