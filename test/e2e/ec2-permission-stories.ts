import { expect, it } from '@jest/globals';
import { fitsAny } from '../../lambda/http/identity/wildcards.ts';
import { usesOfFunction } from '../support/emulated-aws/function-uses.ts';
import type { Use } from '../support/emulated-aws/iam.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import type { Ec2Lab } from './ec2-lab.ts';
import { POOL_TAG } from './ec2-lab.ts';
import type { RunningEnvironment } from './environment.ts';

/** What the stories of these permissions are about. */
export interface Ec2PermissionGround {
  readonly running: () => RunningEnvironment;
  readonly account: () => EmulatedAws;
  readonly lab: () => Ec2Lab;
}

/** What lending EC2 instances needs. */
const ACTIONS = [
  'ec2-instance-connect:SendSSHPublicKey',
  'ec2:CreateReplaceRootVolumeTask',
  'ec2:DescribeInstanceStatus',
  'ec2:DescribeInstances',
  'ec2:DescribeReplaceRootVolumeTasks',
  'ec2:GetConsoleOutput',
  'ec2:RebootInstances',
  'ec2:StartInstances',
  'ec2:StopInstances',
  'ssm:DescribeSessions',
  'ssm:StartSession',
  'ssm:TerminateSession',
];

/** Compares the role of a function with the calls that it made in the stories of EC2 instances. */
export function ec2PermissionStories({ running, account, lab }: Ec2PermissionGround): void {
  it('allows every call that the function made about instances', async () => {
    const uses = await usesOfInstances();
    expect([...new Set(uses.map(({ action }) => action))].sort()).toEqual(ACTIONS);
    const verdicts = await Promise.all(uses.map((use) => running().role.allows(use)));
    expect(uses.filter((_, index) => !verdicts[index])).toEqual([]);
  });

  it('grants nothing about instances that the function did not use', async () => {
    const uses = await usesOfInstances();
    const granted = ['ec2', 'ec2-instance-connect', 'ssm']
      .flatMap((service) => running().role.usesOf(service))
      .filter(({ action }) => ACTIONS.includes(action) || action.startsWith('ec2'));
    const isUsed = ({ action, resource }: Use) =>
      uses.some((use) => use.action === action && fitsAny([resource])(use.resource));
    // By these the function gets its network, see realVmStories.
    const own = granted.filter(({ action }) => !/NetworkInterface|Subnets|PrivateIpAddresses/.test(action));
    expect(own.length).toBeGreaterThanOrEqual(ACTIONS.length);
    expect(own.filter((use) => !isUsed(use))).toEqual([]);
  });

  it('denies each of them on instances of other pools and of nobody', async () => {
    const uses = (await usesOfInstances()).filter(({ resource }) => resource.includes(':instance/'));
    expect(uses.length).toBeGreaterThan(8);
    const others = uses.flatMap((use) => [retagged(use, undefined), retagged(use, 'desks')]);
    const verdicts = await Promise.all(others.map((use) => running().role.allows(use)));
    expect(others.filter((_, index) => verdicts[index])).toEqual([]);
  });

  it('denies a login as another user than the borrower', async () => {
    const pushes = (await usesOfInstances()).filter(({ action }) => action.endsWith('SendSSHPublicKey'));
    const asRoot = pushes.map((use) => ({ ...use, context: { ...use.context, 'ec2:osuser': 'root' } }));
    expect(await Promise.all(asRoot.map((use) => running().role.allows(use)))).toEqual(pushes.map(() => false));
  });

  async function usesOfInstances(): Promise<Use[]> {
    const { functionName } = running().deployed.settings;
    const uses = usesOfFunction(await account().calls(), functionName, lab().tags);
    return uses.filter(({ action }) => ACTIONS.includes(action));
  }
}

/** The same use of an instance of another pool. @param pool - undefined: it has no tag */
function retagged(use: Use, pool: string | undefined): Use {
  const others = Object.entries(use.context ?? {}).filter(([key]) => !key.endsWith(`/${POOL_TAG}`));
  const kind = use.action.startsWith('ssm:') ? 'ssm:resourceTag' : 'aws:ResourceTag';
  const tag = pool === undefined ? {} : { [`${kind}/${POOL_TAG}`]: pool };
  return { ...use, context: { ...Object.fromEntries(others), ...tag } };
}
