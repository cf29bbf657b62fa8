import { asObject } from '../../api-client/client.ts';
import type { Account } from '../account.ts';
import { listed } from '../deployed-api.ts';
import type { Finding, Probe } from '../probe.ts';
import { judged, skipped } from '../probe.ts';

const VPC = 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html';
const MOCK_VMS = 'the environment lends mock VMs';
const NO_VPC = 'the visitor is in no VPC';

/** What the visitor's code must not do, and Lambda does for it. */
const NETWORK = ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface'];

/** Probes of VMs that exist: how they are visited, and how users log in. The emulation has no network. */
export const VISITS: readonly Probe[] = [
  {
    id: 'visitor-network',
    question: 'Does Lambda make the network interfaces of the visitor?',
    sources: [VPC],
    how: 'read the state of the visitor, and the interfaces in its subnets',
    expected: 'Active, and an interface that is in-use',
    run: visitorNetwork,
  },
  {
    id: 'visitor-rights',
    question: 'Does lambda:SourceFunctionArn tell the code of the visitor from Lambda itself?',
    sources: [VPC, 'terraform/modules/visitor/role.tf'],
    how: 'let IAM simulate calls of EC2 by the role of the visitor, with that key and without',
    expected: 'explicitDeny with it, allowed without',
    run: visitorRights,
  },
  {
    id: 'certificate-log-in',
    question: 'Does a certificate that KMS signed open a VM, and does the VM shut after the lease?',
    sources: ['README.md, "Lend machines you already have"', 'scripts/vm-pool'],
    how: 'enroll a VM, then vm-pool ssh --release -- touch left; vm-pool ssh -- ls, as another user',
    expected: 'a shell within seconds; the first session ends with the release; the second user finds no ~/left',
  },
  {
    id: 'signing-key-change',
    question: 'Does a change of the signing key disturb nobody?',
    sources: ['terraform/RUNBOOK.md, "Rotate the CA"'],
    how: 'while a user is logged in: certificate_authority_signing_key = "b", apply, log in again',
    expected: 'the session goes on; the new certificate opens the VM',
  },
  {
    id: 'network-interfaces-left',
    question: 'How long do the network interfaces of the visitor outlive it?',
    sources: ['https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function'],
    how: 'after a destroy: aws ec2 describe-network-interfaces --filters "Name=description,Values=AWS Lambda VPC ENI-*"',
    expected: 'gone within 45 minutes; none stays behind as available',
  },
];

async function visitorNetwork(account: Account): Promise<Finding> {
  const { visitorName } = account.parts.outputs;
  if (visitorName === undefined) return skipped(MOCK_VMS);
  const { State, VpcConfig } = await visitorOf(account, visitorName);
  const subnets = subnetsIn(VpcConfig);
  if (subnets.length === 0) return skipped(NO_VPC);
  const { NetworkInterfaces } = await account.aws(
    ...['ec2', 'describe-network-interfaces', '--filters'],
    ...[`Name=description,Values=AWS Lambda VPC ENI-*`, `Name=subnet-id,Values=${subnets.join(',')}`],
  );
  const states = listed(NetworkInterfaces).map(({ Status }) => String(Status));
  const got = `${String(State)}, interfaces: ${states.join(', ') || 'none'}`;
  return judged(State === 'Active' && states.includes('in-use'), got);
}

async function visitorRights(account: Account): Promise<Finding> {
  const { visitorName } = account.parts.outputs;
  if (visitorName === undefined) return skipped(MOCK_VMS);
  const { Role, FunctionArn, VpcConfig } = await visitorOf(account, visitorName);
  if (subnetsIn(VpcConfig).length === 0) return skipped(NO_VPC);
  const key = `ContextKeyName=lambda:SourceFunctionArn,ContextKeyType=string,ContextKeyValues=${String(FunctionArn)}`;
  const ofCode = await decisions(account, String(Role), ['--context-entries', key]);
  const ofLambda = await decisions(account, String(Role), []);
  const holds = ofCode === 'explicitDeny' && ofLambda === 'allowed';
  return judged(holds, `with it ${ofCode}, without ${ofLambda}`);
}

async function decisions(account: Account, role: string, context: readonly string[]): Promise<string> {
  const { EvaluationResults } = await account.aws(
    ...['iam', 'simulate-principal-policy', '--policy-source-arn', role, ...context, '--action-names', ...NETWORK],
  );
  const found = listed(EvaluationResults).map(({ EvalDecision }) => String(EvalDecision));
  return [...new Set(found)].join(' and ') || 'nothing';
}

function subnetsIn(vpcConfig: unknown): readonly unknown[] {
  const { SubnetIds } = asObject(vpcConfig);
  return Array.isArray(SubnetIds) ? SubnetIds : [];
}

function visitorOf(account: Account, name: string) {
  return account.aws('lambda', 'get-function-configuration', '--function-name', name);
}
