import * as v from 'valibot';

/** The settings of the function, checked. */
export interface Config {
  /** Where leases live. */
  readonly store: 'memory';
  readonly limits: {
    readonly defaultMinutes: number;
    readonly maxMinutes: number;
  };
  /** Failed checks in a row after which a VM is quarantined. */
  readonly maxCheckFailures: number;
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

function wholeNumber(max: number, fallback: number) {
  const rule = `must be a whole number from 1 to ${max}`;
  return v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,9}$/, rule), v.transform(Number), v.minValue(1, rule), v.maxValue(max, rule)),
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
    STORE: v.optional(v.picklist(['memory'], 'must be memory'), 'memory'),
    LEASE_DEFAULT_MINUTES: wholeNumber(LONGEST_MINUTES, 480),
    LEASE_MAX_MINUTES: wholeNumber(LONGEST_MINUTES, 10_080),
    CHECK_MAX_FAILURES: wholeNumber(100, 3),
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

/**
 * Checks the environment once, at cold start.
 *
 * @param env - the process's environment
 * @throws {@link ConfigError} that names every fault, not just the first
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const parsed = v.safeParse(environment, env, { abortPipeEarly: true });
  if (!parsed.success)
    throw new ConfigError(parsed.issues.map((issue) => `${v.getDotPath(issue) ?? ''} ${issue.message}`));
  const settings = parsed.output;
  return {
    store: settings.STORE,
    limits: { defaultMinutes: settings.LEASE_DEFAULT_MINUTES, maxMinutes: settings.LEASE_MAX_MINUTES },
    maxCheckFailures: settings.CHECK_MAX_FAILURES,
    mockFailingVms: settings.MOCK_FAILING_VMS,
    metricsNamespace: settings.METRICS_NAMESPACE,
    onLambda: settings.AWS_LAMBDA_FUNCTION_NAME !== undefined,
  };
}
