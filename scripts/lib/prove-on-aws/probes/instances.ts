import type { Json } from '../../api-client/client.ts';
import { asObject } from '../../api-client/client.ts';
import type { Account } from '../account.ts';
import { functionOf, listed, settingsOf } from '../deployed-api.ts';
import type { Finding, Probe } from '../probe.ts';
import { judged, skipped } from '../probe.ts';

const EC2_API = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/';
const NO_EC2 = 'the environment lends no EC2 instances';
const NONE_RUNS = 'no instance with the tag runs';

/** Most instances that one probe looks at. */
const MOST_LOOKED_AT = 5;

/** What only the role of the function may do, and only with tagged instances. */
const TAGGED_ONLY = ['ec2:StartInstances', 'ec2:StopInstances', 'ec2:GetConsoleOutput'];

/** EC2 describes at most this many instances by their ids. */
const MOST_DESCRIBED = 100;

/** What cloud-init prints, and the service reads: at least one public key. */
const KEYS = /-----BEGIN SSH HOST KEY KEYS-----\s[^]*?(?:ssh|ecdsa)-\S+ [^]*?-----END SSH HOST KEY KEYS-----/;

/** Probes of EC2 instances that change nothing. The emulated EC2 grants everything and prints what it is told. */
export const INSTANCES: readonly Probe[] = [
  {
    id: 'instances-by-tag',
    question: 'Does the search by tag find the same instances whatever the size of its pages?',
    sources: [`${EC2_API}API_DescribeInstances.html`],
    how: 'list the instances with the tag twice: in pages of 5, and in pages of 1,000',
    expected: 'the same instances, at least one',
    run: instancesByTag,
  },
  {
    id: 'instance-rights',
    question: 'May the function touch instances with the tag of a pool, and no others?',
    sources: [
      'https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html',
      'terraform/modules/iam/ec2.tf',
    ],
    how: "let IAM simulate calls of EC2 by the function's role: on an instance of a pool, on one of another pool",
    expected: 'starts allowed on the first, everything denied on the second',
    run: instanceRights,
  },
  {
    id: 'console-keys',
    question: 'Are the host keys of running instances on their consoles?',
    sources: [`${EC2_API}API_GetConsoleOutput.html`, 'scripts/lib/enroll/instance.yaml'],
    how: `read the newest console output of up to ${String(MOST_LOOKED_AT)} running instances with the tag`,
    expected: 'a block of SSH HOST KEY KEYS on each; for a pool whose hostKeys are a list it does not matter',
    run: consoleKeys,
  },
  {
    id: 'status-checks',
    question: 'Do the status checks of running instances say ok?',
    sources: [`${EC2_API}API_DescribeInstanceStatus.html`],
    how: 'describe the status of the running instances with the tag, five minutes after they were started or later',
    expected: 'twice ok for each',
    run: statusChecks,
  },
];

async function instancesByTag(account: Account): Promise<Finding> {
  const tag = await poolTag(account);
  if (tag === undefined) return skipped(NO_EC2);
  const [few, many] = [await tagged(account, tag, '5'), await tagged(account, tag, '1000')].map(idsOf);
  const got = `${String(few?.length)} in pages of 5, ${String(many?.length)} in pages of 1,000`;
  return judged(few?.length !== 0 && few?.join() === many?.join(), got);
}

async function instanceRights(account: Account): Promise<Finding> {
  const tag = await poolTag(account);
  if (tag === undefined) return skipped(NO_EC2);
  const [instance] = await tagged(account, tag, '5');
  if (instance === undefined) return skipped('no instance has the tag');
  const pool = String(listed(instance.Tags).find(({ Key }) => Key === tag)?.Value);
  const own = await allowedOn(account, String(instance.InstanceId), { [tag]: pool });
  const other = await allowedOn(account, String(instance.InstanceId), { [tag]: `not-${pool}` });
  const got = `with the tag: ${own.join(', ') || 'nothing'}; with another: ${other.join(', ') || 'nothing'}`;
  return judged(own.includes('ec2:StartInstances') && other.length === 0, got);
}

/** The actions that IAM allows the function on an instance with these tags. */
async function allowedOn(account: Account, id: string, tags: Readonly<Record<string, string>>): Promise<string[]> {
  const { FunctionArn, Role } = await functionOf(account);
  const [, partition = '', , region = '', accountId = ''] = String(FunctionArn).split(':');
  const context = Object.entries(tags).map(
    ([key, value]) => `ContextKeyName=aws:ResourceTag/${key},ContextKeyType=string,ContextKeyValues=${value}`,
  );
  const { EvaluationResults } = await account.aws(
    ...['iam', 'simulate-principal-policy', '--policy-source-arn', String(Role)],
    ...['--resource-arns', `arn:${partition}:ec2:${region}:${accountId}:instance/${id}`],
    ...['--context-entries', ...context, '--action-names', ...TAGGED_ONLY],
  );
  const results = listed(EvaluationResults);
  if (results.length !== TAGGED_ONLY.length) throw new Error(`IAM judged ${String(results.length)} actions`);
  return results.filter(({ EvalDecision }) => EvalDecision === 'allowed').map((one) => String(one.EvalActionName));
}

async function consoleKeys(account: Account): Promise<Finding> {
  const running = await runningOf(account);
  if (running === undefined) return skipped(NO_EC2);
  const some = running.slice(0, MOST_LOOKED_AT);
  if (some.length === 0) return skipped(NONE_RUNS);
  const silent: string[] = [];
  for (const id of some) {
    const { Output } = await account.aws('ec2', 'get-console-output', '--latest', '--instance-id', id);
    if (typeof Output !== 'string' || !KEYS.test(Output)) silent.push(id);
  }
  return judged(silent.length === 0, `${String(some.length)} consoles; without keys: ${silent.join(', ') || 'none'}`);
}

async function statusChecks(account: Account): Promise<Finding> {
  const running = (await runningOf(account))?.slice(0, MOST_DESCRIBED);
  if (running === undefined) return skipped(NO_EC2);
  if (running.length === 0) return skipped(NONE_RUNS);
  const { InstanceStatuses } = await account.aws('ec2', 'describe-instance-status', '--instance-ids', ...running);
  const found = listed(InstanceStatuses).map(({ InstanceStatus, SystemStatus }) =>
    [InstanceStatus, SystemStatus].map((status) => String(asObject(status).Status)).join(' and '),
  );
  const bad = found.filter((status) => status !== 'ok and ok');
  const got = `${String(found.length)} of ${String(running.length)}; not ok: ${bad.join(', ') || 'none'}`;
  return judged(found.length === running.length && bad.length === 0, got);
}

/** Key of the tag that names the pool of an instance; undefined without EC2 pools. */
async function poolTag(account: Account): Promise<string | undefined> {
  const { EC2_POOL_TAG: tag } = await settingsOf(account);
  return typeof tag === 'string' ? tag : undefined;
}

async function tagged(account: Account, tag: string, pageSize: string): Promise<readonly Json[]> {
  const { Reservations } = await account.aws(
    ...['ec2', 'describe-instances', '--page-size', pageSize, '--filters', `Name=tag-key,Values=${tag}`],
  );
  return listed(Reservations).flatMap(({ Instances }) => listed(Instances));
}

async function runningOf(account: Account): Promise<string[] | undefined> {
  const tag = await poolTag(account);
  if (tag === undefined) return undefined;
  const all = await tagged(account, tag, '1000');
  return idsOf(all.filter(({ State }) => asObject(State).Name === 'running'));
}

function idsOf(instances: readonly Json[]): string[] {
  return instances.map(({ InstanceId }) => String(InstanceId)).sort();
}
