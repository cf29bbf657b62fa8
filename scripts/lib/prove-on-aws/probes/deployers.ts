import { asObject, objectIn } from '../../api-client/client.ts';
import type { Account } from '../account.ts';
import { apiOf, functionOf, listed } from '../deployed-api.ts';
import type { Finding, Probe } from '../probe.ts';
import { judged, skipped } from '../probe.ts';
import { backendOf } from './state.ts';

/** Probes of who may deploy. */
export const DEPLOYERS: readonly Probe[] = [
  {
    id: 'plan-role',
    question: 'Is the role that pull requests get unable to change anything? The emulation enforces no policy.',
    sources: ['https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html'],
    how: "let IAM simulate writes on this environment's resources by the role of bootstrap's output plan_role_arn",
    expected: 'each write denied',
    run: planRole,
  },
  {
    id: 'apply-role-trust',
    question: "Does AWS refuse the apply role to a pull request's token? The emulation takes any token.",
    sources: ['https://docs.github.com/en/actions/reference/security/oidc'],
    how:
      'open a pull request whose workflow asks configure-aws-credentials for the apply role of an environment, ' +
      'without the line `environment:`; close it afterwards',
    expected: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
  },
  {
    id: 'called-workflow-secrets',
    question: "Which secret does a called workflow's job see: the environment's, or the one that was passed?",
    sources: ['https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows'],
    how:
      'only for access keys: give an environment its own AWS_ACCESS_KEY_ID, run the workflow Deploy, and look at the ' +
      'access key id of the event UpdateAlias in CloudTrail',
    expected: "the environment's own key; if it is the repository's, use OIDC",
  },
];

async function planRole(account: Account): Promise<Finding> {
  const { stdout } = await account.script('terraform', 'bootstrap', 'output', '-json');
  const role = asObject(objectIn(stdout).plan_role_arn).value;
  if (typeof role !== 'string') return skipped('bootstrap has no output plan_role_arn');
  const allowed: string[] = [];
  for (const { resource, actions } of await writes(account)) {
    const { EvaluationResults } = await account.aws(
      ...['iam', 'simulate-principal-policy', '--policy-source-arn', role],
      ...['--resource-arns', resource, '--action-names', ...actions],
    );
    const results = listed(EvaluationResults);
    if (results.length !== actions.length)
      throw new Error(`IAM judged ${String(results.length)} of ${actions.join(' ')}`);
    const granted = results.filter(({ EvalDecision }) => !String(EvalDecision).endsWith('Deny'));
    allowed.push(...granted.map(({ EvalActionName }) => String(EvalActionName)));
  }
  return judged(allowed.length === 0, allowed.length === 0 ? 'each denied' : `allowed: ${allowed.join(', ')}`);
}

/** Writes on the very resources: a policy that allows one of them is not seen by a simulation on `*`. */
async function writes(account: Account) {
  const { FunctionArn, Role } = await functionOf(account);
  const { ApiId } = await apiOf(account);
  const { tableName } = account.parts.outputs;
  const functionArn = String(FunctionArn);
  const [, partition = '', , region = '', accountId = ''] = functionArn.split(':');
  const table = `arn:${partition}:dynamodb:${region}:${accountId}:table/${String(tableName)}`;
  const backend = backendOf(account);
  return [
    { resource: functionArn, actions: ['lambda:UpdateFunctionCode', 'lambda:UpdateAlias', 'lambda:DeleteFunction'] },
    { resource: String(Role), actions: ['iam:PutRolePolicy', 'iam:UpdateAssumeRolePolicy', 'iam:PassRole'] },
    {
      resource: `arn:${partition}:apigateway:${region}::/apis/${ApiId}`,
      actions: ['apigateway:PATCH', 'apigateway:DELETE'],
    },
    ...(tableName === undefined ? [] : [{ resource: table, actions: ['dynamodb:DeleteTable', 'dynamodb:PutItem'] }]),
    ...(backend === undefined
      ? []
      : [
          {
            resource: `arn:${partition}:s3:::${backend.bucket}/${backend.key}`,
            actions: ['s3:PutObject', 's3:DeleteObject'],
          },
        ]),
  ];
}
