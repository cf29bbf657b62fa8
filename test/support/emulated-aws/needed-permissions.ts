/** What IAM asks of the caller of an AWS API, out of the recorded calls. */
import type { Use } from './iam.ts';
import type { RecordedCall } from './server.ts';
import { ACCOUNT_ID } from './server.ts';
import type { SigningKeys } from './signing-keys.ts';
import { signingKeysOf, signingKeyUses } from './signing-keys.ts';

/** Prefixes of actions that differ from the service in a signature. */
const PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/** Actions that differ from their operation. */
const ACTIONS: Readonly<Record<string, string>> = {
  's3:DeleteBucketEncryption': 's3:PutEncryptionConfiguration',
  's3:DeleteBucketLifecycle': 's3:PutLifecycleConfiguration',
  's3:DeleteBucketOwnershipControls': 's3:PutBucketOwnershipControls',
  's3:DeletePublicAccessBlock': 's3:PutBucketPublicAccessBlock',
  's3:GetBucketAccelerateConfiguration': 's3:GetAccelerateConfiguration',
  's3:GetBucketCors': 's3:GetBucketCORS',
  's3:GetBucketEncryption': 's3:GetEncryptionConfiguration',
  's3:GetBucketLifecycle': 's3:GetLifecycleConfiguration',
  's3:GetBucketReplication': 's3:GetReplicationConfiguration',
  's3:GetObjectLockConfiguration': 's3:GetBucketObjectLockConfiguration',
  's3:GetPublicAccessBlock': 's3:GetBucketPublicAccessBlock',
  's3:HeadBucket': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
  's3:ListObjectVersions': 's3:ListBucketVersions',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:PutBucketEncryption': 's3:PutEncryptionConfiguration',
  's3:PutBucketLifecycle': 's3:PutLifecycleConfiguration',
  's3:PutPublicAccessBlock': 's3:PutBucketPublicAccessBlock',
};

/** Operations that anybody with credentials may call. */
const FREE = ['sts:GetCallerIdentity'];

/** How a call names the tags of what it makes; such a call also needs the permission to tag. */
const TAGS = ['Tags', 'tags', 'Tags.member.1.Key'];

/** What only other calls show. */
interface History {
  /** ARN of the boundary by the name of the role */
  readonly boundaries: ReadonlyMap<string, string>;
  readonly keys: SigningKeys;
}

/**
 * Every action, resource and condition key for which IAM checks a call.
 *
 * @param calls - the calls to look at
 * @param all - all recorded calls: the call that made a role shows its boundary, the one that made a key its tags
 */
export function neededPermissions(calls: readonly RecordedCall[], all: readonly RecordedCall[] = calls): Use[] {
  const boundaries = new Map(calls.filter(({ operation }) => operation === 'CreateRole').map(boundaryOf));
  const history = { boundaries, keys: signingKeysOf(all) };
  const uses = calls.flatMap((call) => [...ownUses(call, history), ...passedRoles(call)]);
  return [...new Map(uses.map((use) => [JSON.stringify(use), use])).values()];
}

function ownUses(call: RecordedCall, { boundaries, keys }: History): Use[] {
  if (call.service === 'apigateway') return apiUses(call);
  const signing = call.service === 'kms' ? signingKeyUses(call, keys) : undefined;
  if (signing) return signing;
  const action = actionOf(call);
  if (FREE.includes(action)) return [];
  const context = contextOf(call, boundaries);
  const prefix = PREFIXES[call.service] ?? call.service;
  const tagging = prefix === 'iam' ? 'iam:TagRole' : `${prefix}:TagResource`;
  return resourcesOf(call).flatMap((resource) => [
    { action, resource: combinesAlarms(call) ? '*' : resource, ...(context && { context }) },
    ...(hasTags(call) ? [{ action: tagging, resource }] : []),
  ]);
}

/**
 * Whether a call makes or reads an alarm that combines others, for which AWS asks for the permission on all alarms
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html).
 */
function combinesAlarms({ operation, parameters }: RecordedCall): boolean {
  return operation === 'PutCompositeAlarm' || parameters['AlarmTypes.member.1'] === 'CompositeAlarm';
}

function actionOf({ service, operation, parameters }: RecordedCall): string {
  if (service === 's3' && operation === 'DeleteObject' && parameters.versionId) return 's3:DeleteObjectVersion';
  const action = `${PREFIXES[service] ?? service}:${operation}`;
  return ACTIONS[action] ?? action;
}

/**
 * API Gateway's actions are HTTP methods, on paths. To make something with tags needs a PUT on its tags too.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-iam-policy.html
 */
function apiUses(call: RecordedCall): Use[] {
  const path = call.path.replace(/^\/v2/, '');
  const use = { action: `apigateway:${call.method}`, resource: arn('apigateway', call.region, '', path) };
  const tags = arn('apigateway', call.region, '', `/tags/${encodeURIComponent(use.resource)}`);
  return [use, ...(hasTags(call) ? [{ action: 'apigateway:PUT', resource: tags }] : [])];
}

/** The roles that a call passes to a service. */
function passedRoles({ operation, service, parameters }: RecordedCall): Use[] {
  const target = parameters.Target as { readonly RoleArn?: string } | undefined;
  const role = operation === 'CreateFunction' ? parameters.Role : target?.RoleArn;
  if (typeof role !== 'string') return [];
  return [{ action: 'iam:PassRole', resource: role, context: { 'iam:PassedToService': `${service}.amazonaws.com` } }];
}

function contextOf(call: RecordedCall, boundaries: ReadonlyMap<string, string>): Record<string, string> | undefined {
  const { operation, parameters } = call;
  const boundary = boundaries.get(text(parameters.RoleName));
  if (['CreateRole', 'PutRolePolicy'].includes(operation) && boundary) return { 'iam:PermissionsBoundary': boundary };
  if (operation === 'ListObjectsV2') return { 's3:prefix': text(parameters.prefix) };
  const key = text(parameters.KeyId);
  return operation === 'DescribeKey' && key.startsWith('alias/') ? { 'kms:RequestAlias': key } : undefined;
}

function boundaryOf({ parameters }: RecordedCall): [string, string] {
  return [text(parameters.RoleName), text(parameters.PermissionsBoundary)];
}

function hasTags({ parameters }: RecordedCall): boolean {
  return TAGS.some((name) => Object.keys(parameters[name] ?? {}).length > 0);
}

type Parameters = RecordedCall['parameters'];

/** ARNs of what a call is about, by service. */
const RESOURCES: Readonly<Record<string, (parameters: Parameters, call: RecordedCall) => string[]>> = {
  dynamodb: (of, { region }) => [
    text(of.ResourceArn) || arn('dynamodb', region, ACCOUNT_ID, `table/${text(of.TableName)}`),
  ],
  iam: (of) => [arn('iam', '', ACCOUNT_ID, `role/${text(of.RoleName)}`)],
  // The id of AWS's own key is unknown.
  kms: (of, { region }) => [
    text(of.KeyId).startsWith('arn:') ? text(of.KeyId) : arn('kms', region, ACCOUNT_ID, 'key/of-the-alias'),
  ],
  lambda: (of, { region }) => [text(of.Resource) || functionArn(text(of.FunctionName), region)],
  logs: (of, { region }) => [
    text(of.resourceArn ?? of.logGroupArn) || arn('logs', region, ACCOUNT_ID, `log-group:${text(of.logGroupName)}`),
  ],
  monitoring: monitored,
  route53: (of, { operation }) => [
    arn('route53', '', '', `${operation === 'GetChange' ? 'change' : 'hostedzone'}/${text(of.Id)}`),
  ],
  s3: (of) => [arn('s3', '', '', [of.Bucket, of.Key].filter(Boolean).map(text).join('/'))],
  scheduler: scheduled,
  servicequotas: (of, { region }) => [
    arn('servicequotas', region, ACCOUNT_ID, `${text(of.ServiceCode)}/${text(of.QuotaCode)}`),
  ],
  sns: (of, { region }) => [
    topicArn(text(of.TopicArn ?? of.SubscriptionArn ?? of.ResourceArn)) ||
      arn('sns', region, ACCOUNT_ID, text(of.Name)),
  ],
};

/** Every resource of a call. @throws Error for a service that is not in the list */
function resourcesOf(call: RecordedCall): string[] {
  const resources = RESOURCES[call.service];
  if (!resources) throw new Error(`which resources does ${call.service} ${call.operation} have?`);
  return resources(call.parameters, call);
}

function monitored(of: Parameters, { region }: RecordedCall): string[] {
  const dashboards = [of.DashboardName, of['DashboardNames.member.1']].filter(Boolean);
  const alarms = [of.AlarmName, of['AlarmNames.member.1']].filter(Boolean);
  return [
    ...(of.ResourceARN ? [text(of.ResourceARN)] : []),
    ...dashboards.map((name) => arn('cloudwatch', '', ACCOUNT_ID, `dashboard/${text(name)}`)),
    ...alarms.map((name) => arn('cloudwatch', region, ACCOUNT_ID, `alarm:${text(name)}`)),
  ];
}

function scheduled(of: Parameters, { operation, region }: RecordedCall): string[] {
  if (of.ResourceArn) return [text(of.ResourceArn)];
  const group = text(of.GroupName ?? of.groupName ?? of.Name);
  const path = operation.endsWith('Group') ? `schedule-group/${group}` : `schedule/${group}/${text(of.Name)}`;
  return [arn('scheduler', region, ACCOUNT_ID, path)];
}

/** A call names a function by its name or its ARN, which may end with a version or an alias. */
function functionArn(nameOrArn: string, region: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : arn('lambda', region, ACCOUNT_ID, `function:${nameOrArn}`);
}

/** IAM checks a subscription by its topic. */
function topicArn(arnOfSubscription: string): string {
  return arnOfSubscription.split(':').slice(0, 6).join(':');
}

function arn(service: string, region: string, account: string, resource: string): string {
  return ['arn', 'aws', service, region, account, resource].join(':');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
