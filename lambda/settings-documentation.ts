import type { SETTINGS } from './settings.ts';

/** What the README says of a setting, and who sets it. */
export interface SettingDocumentation {
  /** Terraform variable that sets it. */
  readonly variable?: string;
  /** What sets it where no Terraform variable does, in words. */
  readonly setBy?: string;
  /** One sentence without a full stop. */
  readonly meaning: string;
}

const BY_LAMBDA = 'set by Lambda';
const BY_HAND = 'never set';

/** What each setting means, by its name. The function does not import it, so it is not bundled. */
export const SETTING_DOCUMENTATION: Readonly<Record<keyof typeof SETTINGS, SettingDocumentation>> = {
  STORE: { variable: 'pool_store', meaning: 'where leases live: `memory` or `dynamodb`' },
  PROVIDER: { variable: 'vm_provider', meaning: 'where VMs come from' },
  INVENTORY: {
    setBy: 'the object it writes of `inventory`',
    meaning: 'with `static` and `ec2`: where the inventory is, `s3://BUCKET/KEY` or a file',
  },
  CONFIRMED_INVENTORY: {
    variable: 'confirmed_inventory',
    meaning: 'SHA-256 of an inventory that may remove more than half of a pool; empty for none',
  },
  CERTIFICATE_AUTHORITY: {
    setBy: 'the KMS key it makes',
    meaning: 'key that signs login certificates: ARN of a KMS key, or a file',
  },
  CERTIFICATE_AUTHORITY_PUBLIC_KEYS: {
    setBy: 'the KMS keys it makes',
    meaning: 'public keys that VMs trust, with commas between; the signing one is the first',
  },
  VISITOR_FUNCTION: {
    setBy: 'the function it makes',
    meaning: 'Lambda function that visits VMs; empty: the process that serves calls',
  },
  EC2_POOL_TAG: { variable: 'ec2_tags.pool', meaning: 'key of the tag that names the pool of an instance' },
  EC2_PORT_TAG: { variable: 'ec2_tags.port', meaning: 'key of the tag with the port of its SSH server, if it has one' },
  EC2_USER_TAG: {
    variable: 'ec2_tags.user',
    meaning: 'key of the tag with the login name of borrowers, if it has one',
  },
  AUTHORIZATION: {
    variable: 'authorization',
    meaning: 'who may call: `none` is anybody, `iam` signs with AWS credentials, `jwt` sends a token',
  },
  OPERATOR_ARNS: {
    variable: 'operator_arns',
    meaning: 'with `iam`: ARNs of operators, with commas between; `*` and `?` are wildcards',
  },
  SESSION_NAME_ROLES: {
    variable: 'session_name_roles',
    meaning: 'with `iam`: roles whose sessions are users by their session name; any other role is one user',
  },
  JWT_USER_ID: { variable: 'jwt_user_id', meaning: 'with `jwt`: the user id, made of claims' },
  JWT_REQUIRED_CLAIMS: {
    variable: 'jwt_required_claims',
    meaning: 'with `jwt`: `claim=value` that a token must have, with commas between; one value of each claim is enough',
  },
  JWT_OPERATOR_CLAIM: {
    variable: 'jwt_operator_claim',
    meaning: 'with `jwt`: claim that makes an operator; empty for none',
  },
  JWT_OPERATOR_VALUES: {
    variable: 'jwt_operator_values',
    meaning: 'with `jwt`: values of that claim, such as a group, that make an operator',
  },
  JWT_ISSUER: { variable: 'jwt_issuer', meaning: 'with `jwt`: who issues the tokens; `GET /sign-in` says it' },
  JWT_AUDIENCES: {
    variable: 'jwt_audiences',
    meaning: 'with `jwt`: whom tokens are for, with commas between; `GET /sign-in` says it',
  },
  SIGN_IN_CLIENT_ID: {
    variable: 'sign_in_client_id',
    meaning: 'with `jwt`: the public client at the issuer with which people sign in; empty for none',
  },
  SIGN_IN_SCOPES: { variable: 'sign_in_scopes', meaning: 'with `jwt`: scopes that they ask for, with spaces between' },
  CALLER_REQUESTS_PER_MINUTE: {
    variable: 'caller_requests_per_minute',
    meaning: 'with `iam` and `jwt`: requests of one caller that a process answers a minute; ten times as many reads',
  },
  LEASE_DEFAULT_MINUTES: {
    variable: 'lease_default_minutes',
    meaning: 'length of a lease whose request names none, at most `LEASE_MAX_MINUTES`',
  },
  LEASE_MAX_MINUTES: { variable: 'lease_max_minutes', meaning: 'longest lease, renewals included' },
  CHECK_MAX_FAILURES: { variable: 'check_max_failures', meaning: 'failed checks in a row that quarantine a VM' },
  CHECK_BACKOFF_SECONDS: {
    variable: 'check_backoff_seconds',
    meaning: 'wait before the second check, doubled each time up to 15 minutes',
  },
  CHECK_TIMEOUT_SECONDS: { variable: 'check_timeout_seconds', meaning: 'longest time that a check may take' },
  EVENTS_KEPT_DAYS: { variable: 'events_kept_days', meaning: 'days that events are kept in the table' },
  ADMIN_USERS: { setBy: BY_HAND, meaning: 'operators of a server on this computer, with commas between' },
  MOCK_FAILING_VMS: { variable: 'mock_failing_vms', meaning: 'mock VMs that fail their check, with commas between' },
  METRICS_NAMESPACE: {
    setBy: 'made of `name` and `environment`',
    meaning: 'CloudWatch namespace of the metrics in the log; empty turns metrics off',
  },
  METRICS_TOKEN: {
    setBy: 'made of `metrics_token_parameter`',
    meaning:
      'token that opens `GET /metrics`: `ssm:NAME` of a SecureString, or a file; empty: the call is for operators',
  },
  TABLE_NAME: { setBy: 'the table it makes', meaning: 'DynamoDB table of the leases' },
  AWS_REGION: { meaning: 'AWS region', setBy: BY_LAMBDA },
  AWS_ACCESS_KEY_ID: { meaning: 'AWS credentials', setBy: BY_LAMBDA },
  AWS_SECRET_ACCESS_KEY: { meaning: 'AWS credentials', setBy: BY_LAMBDA },
  AWS_SESSION_TOKEN: { meaning: 'part of temporary credentials, such as those of a role', setBy: BY_LAMBDA },
  AWS_ENDPOINT_URL: { meaning: 'URL of all AWS services, if not the real ones', setBy: BY_HAND },
  AWS_ENDPOINT_URL_DYNAMODB: {
    setBy: 'made of the region, with a table',
    meaning: "URL of DynamoDB, if not the region's; wins over `AWS_ENDPOINT_URL`",
  },
  AWS_ENDPOINT_URL_LAMBDA: {
    setBy: BY_HAND,
    meaning: "URL of Lambda, if not the region's; wins over `AWS_ENDPOINT_URL`",
  },
  AWS_LAMBDA_FUNCTION_NAME: {
    setBy: BY_LAMBDA,
    meaning: 'shows that this is a Lambda function, not a server on a computer',
  },
};
