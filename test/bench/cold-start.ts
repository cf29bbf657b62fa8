import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Environment } from '../support/lambda-runtime/environment.ts';
import { lambdaRuntime, toolsMissing, type LambdaRuntime } from '../support/lambda-runtime/install.ts';
import { environmentVariables, type FunctionSettings } from '../support/lambda-runtime/lambda-function.ts';
import { postEvent } from './events.ts';
import type { Findings, Measure } from './measure.ts';
import { compiled, ROOT } from './processes.ts';
import { compared, inPairs } from './stats.ts';

/** Milliseconds since the process was started. */
interface ColdStart {
  /** The runtime asked for its first event */
  readonly init: number;
  /** The function's first answer was in */
  readonly answer: number;
}

const ROUNDS = { full: 41, quick: 7 };
const UNTIMED_ROUNDS = 2;
const TIMEOUT_MS = 10_000;

const FUNCTION: FunctionSettings = {
  functionName: 'vm-pool-bench',
  functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:vm-pool-bench',
  handler: 'index.handler',
  runtimeName: 'nodejs22.x',
  version: '$LATEST',
  region: 'eu-central-1',
  timeoutSec: TIMEOUT_MS / 1000,
  memoryMb: 1024,
  reservedConcurrency: 1,
  logFormat: 'JSON',
  logGroup: '/aws/lambda/vm-pool-bench',
  variables: { STORE: 'memory', METRICS_NAMESPACE: 'vm-pool-bench' },
};

const FIRST_EVENT = Buffer.from(JSON.stringify(postEvent('getvm', { userid: 'alice@example.com' })));

/** How long it takes from the start of a process to the function's first answer, against a handler that does nothing. */
export async function measureColdStart(isQuick: boolean): Promise<Findings> {
  const { runtime, how } = await runtimeThatRunsHere();
  const emptyFolder = path.dirname(await compiled('empty-handler/index'));
  const product = () => coldStart(runtime, path.join(ROOT, 'dist/lambda'));
  const empty = () => coldStart(runtime, emptyFolder);

  await inPairs(UNTIMED_ROUNDS, product, empty);
  const pairs = await inPairs(isQuick ? ROUNDS.quick : ROUNDS.full, product, empty);
  const against = (moment: keyof ColdStart) =>
    compared(pairs.map(({ subject, baseline }) => ({ subject: subject[moment], baseline: baseline[moment] })));
  const measures: Measure[] = [
    { id: 'cold.init', what: 'cold start: function loaded, against an empty handler', unit: 'ms', ...against('init') },
    {
      id: 'cold.answer',
      what: 'cold start: first getvm answered, against an empty handler',
      unit: 'ms',
      ...against('answer'),
      target: { of: 'ratio', atMost: 1.25 },
    },
  ];
  return { measures, notes: [`cold start: ${pairs.length} pairs of processes under ${how}`] };
}

/** AWS's runtime interface client where it can be had, else the small one of this folder on the Node that is here. */
async function runtimeThatRunsHere(): Promise<{ runtime: LambdaRuntime; how: string }> {
  const missing = toolsMissing();
  if (missing.length > 0) return standIn(missing.map(({ name }) => `no ${name}`).join(', '));
  try {
    return { runtime: await lambdaRuntime(), how: `AWS's runtime interface client (aws-lambda-ric) on Node 22` };
  } catch (fault) {
    return standIn(fault instanceof Error ? fault.message.split('\n', 1).join() : 'it does not install');
  }
}

async function standIn(reason: string): Promise<{ runtime: LambdaRuntime; how: string }> {
  const runtime = { node: process.execPath, interfaceClient: await compiled('runtime-client') };
  const how = `a small runtime interface client of our own on Node ${process.versions.node}, the closest thing that runs here (aws-lambda-ric: ${reason})`;
  return { runtime, how };
}

async function coldStart(runtime: LambdaRuntime, codeFolder: string): Promise<ColdStart> {
  const logLines: string[] = [];
  const environment = await Environment.start({
    runtime,
    handler: FUNCTION.handler,
    codeFolder,
    variables: environmentVariables(FUNCTION, codeFolder),
    onLogLine: (line) => logLines.push(line),
  });
  try {
    const invocation = { requestId: randomUUID(), payload: FIRST_EVENT, functionArn: FUNCTION.functionArn };
    const { payload } = await environment.invoke(invocation, TIMEOUT_MS);
    const { firstNextMs, firstResponseMs } = environment.firstUse;
    if (!payload.includes('"statusCode":200') || firstNextMs === undefined || firstResponseMs === undefined) {
      throw new Error(`${codeFolder} did not start: ${payload.toString()}\n${logLines.join('\n')}`);
    }
    return { init: firstNextMs - environment.spawnedAtMs, answer: firstResponseMs - environment.spawnedAtMs };
  } finally {
    await environment.stop();
  }
}
