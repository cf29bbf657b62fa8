/** Lines as each log of a deployment has them, so that a test can ask for a field whether it exists. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { composeService } from '../../../lambda/service.ts';
import { loadSettings } from '../../../lambda/settings.ts';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import type { Log } from '../../../scripts/lib/logs/groups.ts';
import { eventOf, signedBy } from '../../http/event.ts';
import { testApi } from '../../support/api/served-api.ts';
import { someVms, TestClock, TestProvider } from '../../support/pool/lending.ts';
import { VISITS } from '../visitor/visits.ts';

/** A line, parsed. */
export type Parsed = Readonly<Record<string, unknown>>;

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Lambda's own, https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html. */
const OF_LAMBDA: readonly Parsed[] = [
  {
    time: '2026-01-31T12:00:00.000Z',
    type: 'platform.report',
    record: {
      requestId: 'r',
      status: 'error',
      errorType: 'Runtime.ExitError',
      metrics: {
        ...{ durationMs: 3, billedDurationMs: 4, memorySizeMB: 512, maxMemoryUsedMB: 90, initDurationMs: 120 },
      },
    },
  },
  {
    timestamp: '2026-01-31T12:00:00.000Z',
    level: 'ERROR',
    requestId: 'r',
    message: { errorType: 'TypeError', errorMessage: 'x', stackTrace: [] },
  },
];

/** Lines of each log, from the code that writes them. */
export async function realLines(): Promise<Readonly<Record<Log, readonly Parsed[]>>> {
  return {
    function: [...(await linesOfService()), ...(await linesOfStranger()), ...OF_LAMBDA],
    access: [lineOfAccessLog()],
    visitor: await linesOfVisitor(),
  };
}

/** Lines of a service that lends, refuses, obeys an operator, ticks, and then loses its store. */
async function linesOfService(): Promise<Parsed[]> {
  const lines: string[] = [];
  const store = new MemoryStore();
  const settings = loadSettings({ ADMIN_USERS: 'ops', METRICS_NAMESPACE: 'test' });
  const parts = { store, provider: new TestProvider(someVms(1)), clock: new TestClock().read };
  const { api, tick, start } = composeService(settings, { ...parts, write: (line) => lines.push(line) });
  const call = (routeKey: string, parts: object = {}) => {
    const [method = '', rawPath = ''] = routeKey.split(' ');
    const event = eventOf({ routeKey, method, rawPath, ...parts });
    event.requestContext.http.sourceIp = '127.0.0.1';
    return api(event, 'invocation-1');
  };
  const byOperator = { headers: { 'x-operator': 'ops' }, pathParameters: { id: 'vm-01' }, rawQueryString: 'reason=x' };
  await start();
  await call('POST /getvm', { rawQueryString: 'userid=alice' });
  await call('POST /getvm', { rawQueryString: 'userid=bob' });
  await call('POST /getvm');
  await call('GET /vms', { headers: { 'x-operator': 'mallory' } });
  await call('POST /vms/{id}/release', byOperator);
  await tick('tick-1', 1_000);
  store.acquire = () => Promise.reject(new Error('the store is gone'));
  store.due = () => Promise.reject(new Error('the store is gone'));
  await call('POST /getvm', { rawQueryString: 'userid=alice' });
  await tick('tick-2', 1_000).catch(() => undefined);
  return lines.map((line) => JSON.parse(line) as Parsed);
}

/** The line of a caller whom API Gateway has verified, and who can't be a user. */
async function linesOfStranger(): Promise<Parsed[]> {
  const { api, lines } = await testApi(someVms(1), { AUTHORIZATION: 'iam', AWS_REGION: 'us-east-1' });
  await api(signedBy('arn:aws:iam::123456789012:root', eventOf({})), 'invocation-1');
  return lines.map((line) => JSON.parse(line) as Parsed);
}

/** The names that Terraform gives the variables of API Gateway, which writes each as a text. */
function lineOfAccessLog(): Parsed {
  const stage = readFileSync(`${ROOT}/terraform/modules/apigw/stage.tf`, 'utf8');
  const names = [...stage.matchAll(/^\s+(\w+)\s+= "\$context\./gm)].map(([, name = '']) => name);
  return Object.fromEntries(names.map((name) => [name, '-']));
}

async function linesOfVisitor(): Promise<Parsed[]> {
  const visit = { ...VISITS.banner, vm: { id: 'vm-01', ip: '127.0.0.1', port: 1 } };
  const caller = "import { handler } from './lambda/visitor.ts'; await handler(JSON.parse(process.argv[1]));";
  const args = ['--import', 'tsx', '--no-warnings', '--input-type=module', '-e', caller, JSON.stringify(visit)];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], env: {} });
  const log = await text(child.stdout);
  return log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Parsed);
}

/** Whether a line has a field, whose name leads through objects: `error.message`. */
export function hasField(line: Parsed, field: string): boolean {
  let value: unknown = line;
  for (const name of field.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false;
    value = (value as Parsed)[name];
  }
  return true;
}
