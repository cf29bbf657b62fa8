/** One line of the log, understood as far as it can be. */
export type Line = Entry | Text;

/** A JSON object: a line of the function, of its runtime, or of Lambda itself. */
export interface Entry {
  readonly kind: 'entry';
  readonly level: string;
  readonly message: string;
  /** The other fields of the line: `route`, `status`, `userId`... */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Of an error, usually several lines. */
  readonly stack?: string | undefined;
}

/** Anything else, such as what Node prints when it can't even load the function. */
interface Text {
  readonly kind: 'text';
  readonly text: string;
}

type Json = Readonly<Record<string, unknown>>;

/** @param text - a log event's message */
export function readLine(text: string): Line {
  const json = objectIn(text);
  if (json === undefined) return { kind: 'text', text: text.trimEnd() };
  if (isObject(json.record) && typeof json.type === 'string') return platformEntry(json.type, json.record);
  if (json.routeKey !== undefined && json.gatewayError !== undefined) return accessEntry(json);
  return isObject(json.message) ? runtimeEntry(json, json.message) : functionEntry(json);
}

function objectIn(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function functionEntry(json: Json): Entry {
  const { level, message, error } = json;
  return {
    kind: 'entry',
    level: textOf(level ?? 'INFO'),
    message: textOf(message ?? ''),
    fields: without(json, ['timestamp', 'level', 'message', 'error', '_aws', ...metricsIn(json)]),
    stack: isObject(error) ? textOf(error.stack ?? `${textOf(error.name)}: ${textOf(error.message)}`) : undefined,
  };
}

/** Names of the embedded metrics, which repeat other fields. */
function metricsIn({ _aws: aws }: Json): string[] {
  if (!isObject(aws) || !Array.isArray(aws.CloudWatchMetrics)) return [];
  const directives = aws.CloudWatchMetrics as { Metrics?: { Name: string }[] }[];
  return directives.flatMap(({ Metrics = [] }) => Metrics.map(({ Name }) => Name));
}

/** An error that nobody caught, as the Node runtime logs it: `message: {errorType, errorMessage, stackTrace}`. */
function runtimeEntry(json: Json, error: Json): Entry {
  const { errorType, errorMessage, stackTrace } = error;
  const message = errorType === undefined ? JSON.stringify(error) : `${textOf(errorType)}: ${textOf(errorMessage)}`;
  return {
    kind: 'entry',
    level: textOf(json.level ?? 'ERROR'),
    message,
    fields: without(json, ['timestamp', 'level', 'message']),
    stack: Array.isArray(stackTrace) ? below(message, stackTrace.map(textOf)) : undefined,
  };
}

/** The runtime's trace begins with the message once more. */
function below(message: string, trace: readonly string[]): string {
  return (trace[0] === message ? trace.slice(1) : trace).join('\n');
}

/**
 * Lambda's own report about a run of a function.
 * https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */
function platformEntry(type: string, record: Json): Entry {
  const { status = 'success', metrics } = record;
  return {
    kind: 'entry',
    level: status === 'success' && type !== 'platform.fault' ? 'INFO' : 'ERROR',
    message: type,
    fields: { ...without(record, ['metrics', 'spans', 'tracing']), ...(isObject(metrics) ? metrics : {}) },
  };
}

/** What API Gateway writes for a value that there is none of. */
const NONE = '-';

/**
 * A line of API Gateway's access log, all of whose values are texts. Module `apigw` of Terraform declares them.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
function accessEntry(json: Json): Entry {
  const { routeKey: route, status: answered, latencyMs } = json;
  const others = without(json, ['requestTime', 'routeKey', 'status', 'latencyMs']);
  const given = Object.entries(others).filter(([, value]) => value !== NONE);
  const status = Number(answered);
  return {
    kind: 'entry',
    level: status >= 500 ? 'ERROR' : 'INFO',
    message: 'answer',
    fields: { route, status, durationMs: Number(latencyMs), ...Object.fromEntries(given) },
  };
}

function without(json: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(json).filter(([name]) => !names.includes(name)));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
