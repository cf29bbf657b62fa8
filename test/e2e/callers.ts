import type { PolicyDocument } from '../support/emulated-aws/iam.ts';
import { REGION } from '../support/emulated-aws/server.ts';
import { iamUser } from '../support/identity/aws-callers.ts';
import { IamUsers } from '../support/identity/iam-users.ts';
import type { Identify } from '../support/identity/identify.ts';
import { byIam, byToken, OPERATOR_CLAIM } from '../support/identity/identify.ts';
import type { TestIssuer } from '../support/identity/test-issuer.ts';
import { AUDIENCE } from '../support/identity/test-issuer.ts';
import type { Outputs } from './checkout.ts';

/** The operator of every environment. */
export const OLIVIA = 'olivia';

/** A user who is not an operator. */
export const MALLORY = 'mallory';

/** The value of `operator_arns`. */
export const OPERATOR_ARNS = [iamUser(OLIVIA).userArn];

/** Settings of an environment that asks for tokens of an issuer. */
export function tokenSettings({ url }: TestIssuer): Record<string, unknown> {
  return {
    authorization: 'jwt',
    jwt_issuer: url,
    jwt_audiences: [AUDIENCE],
    jwt_operator_claim: OPERATOR_CLAIM.name,
    jwt_operator_values: [OPERATOR_CLAIM.value],
  };
}

/** The credentials of somebody, as programs take them. */
export interface Credentials {
  /** Options of curl, as in terraform/README.md */
  readonly curl: readonly string[];
  /** Environment variables of scripts/smoke-test */
  readonly variables: Readonly<Record<string, string>>;
}

/** Everybody who calls an environment, with what it asks of them. */
export class Callers {
  readonly users: IamUsers;

  constructor(
    private readonly outputs: Outputs,
    readonly issuer: TestIssuer,
  ) {
    this.users = new IamUsers((name) => policyOf(name, outputs));
  }

  readonly identify: Identify = async (request, name) => {
    if (this.outputs.authorization === 'jwt') return byToken(this.issuer, isOperator)(request, name);
    if (this.outputs.authorization === 'iam' || hasAwsKey(name)) return byIam(this.users)(request, name);
    return request.headers ?? {};
  };

  /** What somebody sets or passes who borrows by program. */
  async credentialsOf(name: string): Promise<Credentials> {
    if (this.outputs.authorization === 'none') return { curl: [], variables: {} };
    if (this.outputs.authorization === 'iam') return keysOf(this.users, name);
    const { name: claim, value } = OPERATOR_CLAIM;
    const token = await this.issuer.token({ sub: name, ...(isOperator(name) && { [claim]: [value] }) });
    return { curl: ['-H', `Authorization: Bearer ${token}`], variables: { VM_POOL_TOKEN: token } };
  }
}

function isOperator(name: string): boolean {
  return name === OLIVIA;
}

/** Where nobody is asked who borrows, these alone sign. */
function hasAwsKey(name: string): boolean {
  return name === OLIVIA || name === MALLORY;
}

/** The IAM policy that terraform/README.md gives to a user. */
function policyOf(name: string, { borrower_invoke_arns: borrow, operator_invoke_arns: operate }: Outputs) {
  const Resource = isOperator(name) ? [...borrow, ...operate] : borrow;
  const allow = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource } as const;
  const policy: PolicyDocument = { Version: '2012-10-17', Statement: Resource.length > 0 ? [allow] : [] };
  return policy;
}

function keysOf(users: IamUsers, name: string): Credentials {
  const { accessKeyId, secretAccessKey } = users.named(name);
  return {
    curl: ['--aws-sigv4', `aws:amz:${REGION}:execute-api`, '--user', `${accessKeyId}:${secretAccessKey}`],
    variables: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: REGION },
  };
}
