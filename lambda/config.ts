import * as v from 'valibot';

/** A DynamoDB table, and how to get to it. */
export interface TableSettings {
  readonly kind: 'dynamodb';
  readonly tableName: string;
  readonly region: string;
  /** URL of another DynamoDB than the region's. */
  readonly endpoint: string | undefined;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    /** Goes with credentials that end, as those of a role do. */
    readonly sessionToken?: string;
  };
}

/** The settings of the function, checked. */
export interface Config {
  /** Where leases live. */
  readonly store: { readonly kind: 'memory' } | TableSettings;
  readonly limits: {
    readonly defaultMinutes: number;
    readonly maxMinutes: number;
  };
  readonly check: {
    /** Failed checks in a row after which a VM is quarantined. */
    readonly maxFailures: number;
    /** Wait before the second check, seconds; doubled for each further one. */
    readonly backoffSec: number;
    /** Longest a check may take, seconds. */
    readonly timeoutSec: number;
  };
  /** How long events are kept, where the store keeps them. */
  readonly eventsKeptDays: number;
  /** Who may give an operator's orders to a server on this computer. */
  readonly adminUsers: readonly string[];
  /** Ids of mock VMs that fail every check. */
  readonly mockFailingVms: readonly string[];
  /** CloudWatch namespace of the embedded metrics; none, no metrics. */
  readonly metricsNamespace: string | undefined;
  /** Whether this process is a Lambda function, not a laptop's server. */
  readonly onLambda: boolean;
}

/** The environment is not one that the service can start with. */
export class ConfigError extends Error {
  /** @param faults - one sentence a fault, naming the variable and what would be right */
  constructor(readonly faults: readonly string[]) {
    super(`bad configuration: ${faults.join('; ')}`);
  }
}

const LONGEST_MINUTES = 365 * 24 * 60;

function wholeNumber(min: number, max: number, fallback: number) {
  const rule = `must be a whole number from ${min} to ${max}`;
  return v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,9}$/, rule), v.transform(Number), v.minValue(min, rule), v.maxValue(max, rule)),
    String(fallback),
  );
}

const list = v.pipe(
  v.string(),
  v.transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  ),
);

const namespace = v.pipe(
  v.string(),
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html and API_PutMetricData: 1 to 255 of these
  v.regex(/^[\w./#:-]{0,255}$/, 'must be at most 255 characters of A-Z a-z 0-9 . - _ / # :'),
  v.transform((text) => (text === '' ? undefined : text)),
);

const environment = v.pipe(
  v.object({
    STORE: v.optional(v.picklist(['memory', 'dynamodb'], 'must be memory or dynamodb'), 'memory'),
    LEASE_DEFAULT_MINUTES: wholeNumber(1, LONGEST_MINUTES, 480),
    LEASE_MAX_MINUTES: wholeNumber(1, LONGEST_MINUTES, 10_080),
    CHECK_MAX_FAILURES: wholeNumber(1, 100, 3),
    CHECK_BACKOFF_SECONDS: wholeNumber(0, 3600, 30),
    CHECK_TIMEOUT_SECONDS: wholeNumber(1, 20, 5),
    EVENTS_KEPT_DAYS: wholeNumber(1, 3650, 90),
    ADMIN_USERS: v.optional(list, ''),
    MOCK_FAILING_VMS: v.optional(list, ''),
    METRICS_NAMESPACE: v.optional(namespace, ''),
    AWS_LAMBDA_FUNCTION_NAME: v.optional(v.string()),
  }),
  v.forward(
    v.partialCheck(
      [['LEASE_DEFAULT_MINUTES'], ['LEASE_MAX_MINUTES']],
      (env) => env.LEASE_DEFAULT_MINUTES <= env.LEASE_MAX_MINUTES,
      'must not be more than LEASE_MAX_MINUTES',
    ),
    ['LEASE_DEFAULT_MINUTES'],
  ),
);

const awsEndpoint = v.optional(
  v.pipe(
    v.string(),
    v.check((text) => text === '' || isOrigin(text), 'must be a URL without a path, such as http://127.0.0.1:8000'),
  ),
  '',
);

/** A variable that must be there and match. */
function needed(pattern: RegExp, rule: string) {
  return v.optional(v.pipe(v.string(), v.regex(pattern, `must be ${rule} where STORE is dynamodb`)), '');
}

/**
 * What else is read where leases live in a table. The names with `AWS_` are those of every AWS tool, and Lambda sets all but
 * the endpoints: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
const tableEnvironment = v.object({
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
  TABLE_NAME: needed(/^[\w.-]{3,255}$/, 'the name of a table, 3 to 255 of A-Z a-z 0-9 _ . -,'),
  AWS_REGION: needed(/^[a-z0-9-]{1,63}$/, 'the region of the table, such as eu-central-1,'),
  AWS_ACCESS_KEY_ID: needed(/./, 'set'),
  AWS_SECRET_ACCESS_KEY: needed(/./, 'set'),
  AWS_SESSION_TOKEN: v.optional(v.string(), ''),
  AWS_ENDPOINT_URL: awsEndpoint,
  AWS_ENDPOINT_URL_DYNAMODB: awsEndpoint,
});

function isOrigin(text: string): boolean {
  return /^https?:\/\/[^/]+\/?$/.test(text) && URL.canParse(text);
}

/**
 * Checks the environment once, at cold start.
 *
 * @param env - the process's environment
 * @throws {@link ConfigError} that names every fault, not just the first
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const parsed = v.safeParse(environment, env, { abortPipeEarly: true });
  const table = env.STORE === 'dynamodb' ? v.safeParse(tableEnvironment, env) : undefined;
  if (!parsed.success || table?.success === false) throw new ConfigError([parsed, table ?? {}].flatMap(faultsOf));
  const settings = parsed.output;
  return {
    store: table === undefined ? { kind: 'memory' } : tableSettings(table.output),
    limits: { defaultMinutes: settings.LEASE_DEFAULT_MINUTES, maxMinutes: settings.LEASE_MAX_MINUTES },
    check: {
      maxFailures: settings.CHECK_MAX_FAILURES,
      backoffSec: settings.CHECK_BACKOFF_SECONDS,
      timeoutSec: settings.CHECK_TIMEOUT_SECONDS,
    },
    eventsKeptDays: settings.EVENTS_KEPT_DAYS,
    adminUsers: settings.ADMIN_USERS,
    mockFailingVms: settings.MOCK_FAILING_VMS,
    metricsNamespace: settings.METRICS_NAMESPACE,
    onLambda: settings.AWS_LAMBDA_FUNCTION_NAME !== undefined,
  };
}

function tableSettings(env: v.InferOutput<typeof tableEnvironment>): TableSettings {
  return {
    kind: 'dynamodb',
    tableName: env.TABLE_NAME,
    region: env.AWS_REGION,
    endpoint: env.AWS_ENDPOINT_URL_DYNAMODB || env.AWS_ENDPOINT_URL || undefined,
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      ...(env.AWS_SESSION_TOKEN !== '' && { sessionToken: env.AWS_SESSION_TOKEN }),
    },
  };
}

function faultsOf({ issues = [] }: { readonly issues?: readonly v.BaseIssue<unknown>[] | undefined }): string[] {
  return issues.map((issue) => `${v.getDotPath(issue) ?? ''} ${issue.message}`);
}
