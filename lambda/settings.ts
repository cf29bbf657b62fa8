import { defined } from './pool/defined.ts';
import type { Environment, Need, Setting } from './setting-kinds.ts';
import { choice, list, text, wholeNumber } from './setting-kinds.ts';
import type {
  AuthorizationSettings,
  AwsSettings,
  InventorySettings,
  Settings,
  TableSettings,
  TokenSettings,
} from './settings-types.ts';

const LONGEST_MINUTES = 365 * 24 * 60;

const ORIGIN = /^(https?:\/\/[^/\s]+\/?)?$/;
const ORIGIN_RULE = 'must be a URL without a path, such as http://127.0.0.1:8000';

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
const TAG = /^(?!aws:)[\w+=.:/@-]{1,128}$/;
const TAG_RULE = 'must be the key of a tag, 1 to 128 of A-Z a-z 0-9 + - = . _ : / @';

const WITH_TABLE: Need = { words: 'STORE is dynamodb', isMet: ({ STORE }) => STORE === 'dynamodb' };
const WITH_EC2: Need = { words: 'PROVIDER is ec2', isMet: ({ PROVIDER }) => PROVIDER === 'ec2' };
const WITH_INVENTORY: Need = {
  words: 'PROVIDER is static or ec2',
  isMet: (env) => env.PROVIDER === 'static' || WITH_EC2.isMet(env),
};
const WITH_TOKENS: Need = { words: 'AUTHORIZATION is jwt', isMet: ({ AUTHORIZATION }) => AUTHORIZATION === 'jwt' };
const ON_AWS: Need = {
  words: 'PROVIDER is ec2, or a table, an inventory in S3, a key of KMS or a parameter of SSM is named',
  isMet: (env) =>
    WITH_TABLE.isMet(env) ||
    WITH_EC2.isMet(env) ||
    isOnAws(env.METRICS_TOKEN) ||
    (WITH_INVENTORY.isMet(env) && isOnAws(env.INVENTORY, env.CERTIFICATE_AUTHORITY)),
};

const WITH_REGION: Need = {
  words: `AUTHORIZATION is iam, or ${ON_AWS.words}`,
  isMet: (env) => env.AUTHORIZATION === 'iam' || ON_AWS.isMet(env),
};

function isOnAws(...places: readonly (string | undefined)[]): boolean {
  return places.some((place) => /^(s3|arn|ssm):/.test(place ?? ''));
}

/**
 * Every setting by its name in the environment. The parser, the README's table and the test that holds Terraform
 * against them are derived from here and from `settings-documentation.ts`. The names with `AWS_` are those of every AWS
 * tool; Lambda sets all but the endpoints: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export const SETTINGS = {
  STORE: choice(['memory', 'dynamodb'], { default: 'memory' }),
  PROVIDER: choice(['mock', 'static', 'ec2'], { default: 'mock' }),
  INVENTORY: text(
    /^(s3:\/\/[a-z0-9.-]{3,63}\/.+|[^:]+)$/,
    'must be where the inventory is: s3://BUCKET/KEY, or a file',
    { onlyWith: WITH_INVENTORY },
  ),
  CONFIRMED_INVENTORY: text(/^([0-9a-f]{64})?$/, 'must be the SHA-256 of an inventory, 64 digits of 0-9 a-f', {
    default: '',
    onlyWith: WITH_INVENTORY,
  }),
  CERTIFICATE_AUTHORITY: text(
    /^(arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+|[^:]*)$/,
    'must be the ARN of a KMS key, or a file with a private key',
    { default: '', onlyWith: WITH_INVENTORY },
  ),
  CERTIFICATE_AUTHORITY_PUBLIC_KEYS: list(
    /^[A-Za-z0-9+/]{16,}={0,2}$/,
    'must be public keys of KMS in base64, with commas between',
    { onlyWith: WITH_INVENTORY },
  ),
  VISITOR_FUNCTION: text(/^[\w:-]{0,170}$/, 'must be the name or ARN of a Lambda function', {
    default: '',
    onlyWith: WITH_INVENTORY,
  }),
  EC2_POOL_TAG: text(TAG, TAG_RULE, { default: 'vm-pool:pool', onlyWith: WITH_EC2 }),
  EC2_PORT_TAG: text(TAG, TAG_RULE, { default: 'vm-pool:port', onlyWith: WITH_EC2 }),
  EC2_USER_TAG: text(TAG, TAG_RULE, { default: 'vm-pool:user', onlyWith: WITH_EC2 }),
  AUTHORIZATION: choice(['none', 'iam', 'jwt'], { default: 'none' }),
  OPERATOR_ARNS: list(/^arn:[\w+=.@:/*?-]+$/, 'must be ARN patterns such as arn:aws:iam::123456789012:user/ops-*'),
  SESSION_NAME_ROLES: list(/^[\w+=.@*?-]+$/, 'must be names of roles, with commas between; * and ? are wildcards', {
    default: 'AWSReservedSSO_*',
  }),
  JWT_USER_ID: text(
    /^[\w.@+:/=,|-]*(\{[^{}]+\}[\w.@+:/=,|-]+)*\{[^{}]+\}[\w.@+:/=,|-]*$/,
    'must be claims in braces, such as {sub}, with characters of a user id between two of them',
    { default: '{sub}' },
  ),
  JWT_REQUIRED_CLAIMS: list(
    /^[^\s=,]+=[^\s,[\]]+$/,
    'must be claims with a value, such as repository_owner_id=1234, with commas between',
  ),
  JWT_OPERATOR_CLAIM: text(/^\S{0,128}$/, 'must be the name of a claim', { default: '' }),
  JWT_OPERATOR_VALUES: list(/^[^\s[\],]+$/, 'must be values without spaces or brackets, with commas between'),
  JWT_ISSUER: text(/^(https?:\/\/[^\s?#@]+)?$/, 'must be a URL without user, query or fragment', {
    default: '',
    onlyWith: WITH_TOKENS,
  }),
  JWT_AUDIENCES: list(/^[^\s,]+$/, 'must be audiences without spaces, with commas between', { onlyWith: WITH_TOKENS }),
  SIGN_IN_CLIENT_ID: text(/^[\x21-\x7e]{0,255}$/, 'must be at most 255 visible ASCII characters', {
    default: '',
    onlyWith: WITH_TOKENS,
  }),
  // https://www.rfc-editor.org/rfc/rfc6749#section-3.3
  SIGN_IN_SCOPES: text(
    /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/,
    'must be scopes with one space between',
    {
      default: 'openid',
      onlyWith: WITH_TOKENS,
    },
  ),
  CALLER_REQUESTS_PER_MINUTE: wholeNumber(1, 60_000, { default: '120' }),
  LEASE_DEFAULT_MINUTES: wholeNumber(1, LONGEST_MINUTES, { default: '480' }),
  LEASE_MAX_MINUTES: wholeNumber(1, LONGEST_MINUTES, { default: '10080' }),
  CHECK_MAX_FAILURES: wholeNumber(1, 100, { default: '3' }),
  CHECK_BACKOFF_SECONDS: wholeNumber(0, 3600, { default: '30' }),
  CHECK_TIMEOUT_SECONDS: wholeNumber(1, 20, { default: '5' }),
  EVENTS_KEPT_DAYS: wholeNumber(1, 3650, { default: '90' }),
  ADMIN_USERS: list(/^[A-Za-z0-9._@+-]{1,128}$/, 'must be names of A-Z a-z 0-9 . _ @ + -, with commas between'),
  MOCK_FAILING_VMS: list(/^[A-Za-z0-9._-]{1,128}$/, 'must be ids of VMs, with commas between'),
  // 1 to 255 of these: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
  METRICS_NAMESPACE: text(/^[\w./#:-]{0,255}$/, 'must be at most 255 characters of A-Z a-z 0-9 . - _ / # :', {
    default: '',
  }),
  METRICS_TOKEN: text(/^(ssm:[\w./-]+|[^:]*)$/, 'must be ssm:NAME or a file', { default: '' }),
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
  TABLE_NAME: text(/^[\w.-]{3,255}$/, 'must be the name of a table, 3 to 255 of A-Z a-z 0-9 _ . -', {
    onlyWith: WITH_TABLE,
  }),
  AWS_REGION: text(/^[a-z0-9-]{1,63}$/, 'must be the AWS region, such as eu-central-1', {
    onlyWith: WITH_REGION,
  }),
  AWS_ACCESS_KEY_ID: text(/./, 'must be set', { onlyWith: ON_AWS }),
  AWS_SECRET_ACCESS_KEY: text(/./, 'must be set', { onlyWith: ON_AWS }),
  AWS_SESSION_TOKEN: text(/^/, 'may be anything', {
    onlyWith: ON_AWS,
    default: '',
  }),
  AWS_ENDPOINT_URL: text(ORIGIN, ORIGIN_RULE, {
    default: '',
    onlyWith: ON_AWS,
  }),
  AWS_ENDPOINT_URL_DYNAMODB: text(ORIGIN, ORIGIN_RULE, {
    default: '',
    onlyWith: WITH_TABLE,
  }),
  AWS_ENDPOINT_URL_LAMBDA: text(ORIGIN, ORIGIN_RULE, {
    default: '',
    onlyWith: WITH_INVENTORY,
  }),
  AWS_LAMBDA_FUNCTION_NAME: text(/^/, 'may be anything', { default: '' }),
} as const satisfies Readonly<Record<string, Setting>>;

type Name = keyof typeof SETTINGS;
type Values = { readonly [Key in Name]: NonNullable<ReturnType<(typeof SETTINGS)[Key]['parse']>> };

/** The service can't start with this environment. */
export class SettingsError extends Error {
  /** @param faults - one sentence a fault, naming the variable and what would be right */
  constructor(readonly faults: readonly string[]) {
    super(`bad configuration: ${faults.join('; ')}`);
  }
}

/**
 * Reads and checks the environment, once, at the cold start.
 *
 * @param env - the environment of the process
 * @throws {@link SettingsError} that names every fault, not just the first
 */
export function loadSettings(env: Environment = process.env): Settings {
  const faults: string[] = [];
  const entries = Object.entries<Setting>(SETTINGS).map(([name, setting]) => {
    if (setting.onlyWith?.isMet(env) === false) return [name, undefined];
    const value = setting.parse(env[name] ?? setting.default ?? '');
    if (value === undefined) faults.push(faultOf(name, setting));
    return [name, value];
  });
  const values = Object.fromEntries(entries) as Values;
  faults.push(...disagreements(values));
  if (faults.length > 0) throw new SettingsError(faults);
  return settingsOf(values);
}

/** @param values - undefined where a value breaks its own rule */
function disagreements(values: Partial<Values>): string[] {
  const { LEASE_DEFAULT_MINUTES = 0, LEASE_MAX_MINUTES = Infinity, JWT_OPERATOR_CLAIM, JWT_OPERATOR_VALUES } = values;
  const { PROVIDER, STORE, AWS_LAMBDA_FUNCTION_NAME } = values;
  const faults: string[] = [];
  if (LEASE_DEFAULT_MINUTES > LEASE_MAX_MINUTES) {
    faults.push('LEASE_DEFAULT_MINUTES must not be more than LEASE_MAX_MINUTES');
  }
  if (JWT_OPERATOR_VALUES && (JWT_OPERATOR_CLAIM === '') !== (JWT_OPERATOR_VALUES.length === 0)) {
    faults.push('JWT_OPERATOR_CLAIM and JWT_OPERATOR_VALUES belong together: set both or none');
  }
  if (PROVIDER !== 'mock' && STORE === 'memory' && AWS_LAMBDA_FUNCTION_NAME) {
    faults.push(`PROVIDER ${PROVIDER} needs STORE=dynamodb on Lambda: leases in memory end with the process`);
  }
  return faults;
}

/** A required setting names what makes it required. */
function faultOf(name: string, { rule, default: fallback, onlyWith }: Setting): string {
  const isRequired = fallback === undefined && onlyWith !== undefined;
  return `${name} ${rule}${isRequired ? ` where ${onlyWith.words}` : ''}`;
}

function settingsOf(values: Values): Settings {
  return {
    store: values.STORE === 'memory' ? { kind: 'memory' } : tableSettings(values),
    limits: { defaultMinutes: values.LEASE_DEFAULT_MINUTES, maxMinutes: values.LEASE_MAX_MINUTES },
    check: {
      maxFailures: values.CHECK_MAX_FAILURES,
      backoffSec: values.CHECK_BACKOFF_SECONDS,
      timeoutSec: values.CHECK_TIMEOUT_SECONDS,
    },
    eventsKeptDays: values.EVENTS_KEPT_DAYS,
    provider: values.PROVIDER === 'mock' ? { kind: 'mock' } : inventorySettings(values.PROVIDER, values),
    authorization: authorizationSettings(values),
    callerRequestsPerMinute: values.CALLER_REQUESTS_PER_MINUTE,
    mockFailingVms: values.MOCK_FAILING_VMS,
    metricsNamespace: values.METRICS_NAMESPACE || undefined,
    metricsToken: values.METRICS_TOKEN === '' ? undefined : tokenSettings(values),
    onLambda: values.AWS_LAMBDA_FUNCTION_NAME !== '',
  };
}

function authorizationSettings(values: Values): AuthorizationSettings {
  const { AUTHORIZATION: kind, ADMIN_USERS, OPERATOR_ARNS, SESSION_NAME_ROLES } = values;
  if (kind === 'none') return { kind, adminUsers: ADMIN_USERS };
  if (kind === 'iam')
    return { kind, region: values.AWS_REGION, operatorArns: OPERATOR_ARNS, sessionNameRoles: SESSION_NAME_ROLES };
  const clientId = values.SIGN_IN_CLIENT_ID;
  return {
    kind,
    userId: values.JWT_USER_ID,
    requiredClaims: values.JWT_REQUIRED_CLAIMS,
    operatorClaim: values.JWT_OPERATOR_CLAIM,
    operatorValues: values.JWT_OPERATOR_VALUES,
    issuer: values.JWT_ISSUER || undefined,
    audiences: values.JWT_AUDIENCES,
    signIn: clientId === '' ? undefined : { clientId, scopes: values.SIGN_IN_SCOPES },
  };
}

function tableSettings(values: Values): TableSettings {
  const aws = awsSettings(values);
  return {
    kind: 'dynamodb',
    tableName: values.TABLE_NAME,
    ...aws,
    endpoint: values.AWS_ENDPOINT_URL_DYNAMODB || aws.endpoint,
  };
}

function inventorySettings(kind: InventorySettings['kind'], values: Values): InventorySettings {
  const isEc2 = kind === 'ec2';
  const needsAws = isEc2 || isOnAws(values.INVENTORY, values.CERTIFICATE_AUTHORITY);
  const aws = needsAws ? awsSettings(values) : undefined;
  return {
    kind,
    tags: isEc2 ? { pool: values.EC2_POOL_TAG, port: values.EC2_PORT_TAG, user: values.EC2_USER_TAG } : undefined,
    inventory: values.INVENTORY,
    confirmedInventory: values.CONFIRMED_INVENTORY || undefined,
    certificateAuthority: values.CERTIFICATE_AUTHORITY || undefined,
    certificateAuthorityPublicKeys: values.CERTIFICATE_AUTHORITY_PUBLIC_KEYS,
    visitorFunction: values.VISITOR_FUNCTION || undefined,
    aws,
    lambdaEndpoint: values.AWS_ENDPOINT_URL_LAMBDA || aws?.endpoint,
  };
}

function tokenSettings(values: Values): TokenSettings {
  const place = values.METRICS_TOKEN;
  return { place, aws: isOnAws(place) ? awsSettings(values) : undefined };
}

function awsSettings(values: Values): AwsSettings {
  return {
    region: values.AWS_REGION,
    endpoint: values.AWS_ENDPOINT_URL || undefined,
    credentials: defined({
      accessKeyId: values.AWS_ACCESS_KEY_ID,
      secretAccessKey: values.AWS_SECRET_ACCESS_KEY,
      sessionToken: values.AWS_SESSION_TOKEN || undefined,
    }),
  };
}
