import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { LambdaRuntime } from '../../../scripts/lib/lambda-runtime/install.ts';
import { lambdaRuntime, toolsMissing } from '../../../scripts/lib/lambda-runtime/install.ts';
import { Environment } from '../../support/lambda-runtime/environment.ts';
import type { FunctionSettings } from '../../support/lambda-runtime/lambda-function.ts';
import { environmentVariables } from '../../support/lambda-runtime/lambda-function.ts';
import { compared, inPairs } from '../figures/stats.ts';
import { compiled } from '../processes.ts';

/** A function to start and the first event that it gets. */
export interface Start {
  readonly codeFolder: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly event: APIGatewayProxyEventV2;
}

/** Milliseconds since the process was started. */
interface ColdStart {
  /** The runtime asked for its first event */
  readonly init: number;
  /** The function's first answer was in */
  readonly answer: number;
}

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
  variables: {},
};

/** What starting a function costs, against a handler that does nothing. */
export interface Comparison extends Readonly<Record<keyof ColdStart, ReturnType<typeof compared>>> {
  /** How it was found out, for people */
  readonly how: string;
}

/**
 * Starts a function again and again, and the empty handler each time too.
 *
 * @param nextStart - makes ready what the next start needs
 */
export async function againstEmptyHandler(nextStart: () => Promise<Start>, rounds: number): Promise<Comparison> {
  const { runtime, how } = await runtimeThatRunsHere();
  const emptyFolder = path.dirname(await compiled('cold-start/empty-handler/index'));
  const product = async () => coldStart(runtime, await nextStart());
  const empty = async () => coldStart(runtime, { ...(await nextStart()), codeFolder: emptyFolder });

  await inPairs(UNTIMED_ROUNDS, product, empty);
  const pairs = await inPairs(rounds, product, empty);
  const against = (moment: keyof ColdStart) =>
    compared(pairs.map(({ subject, baseline }) => ({ subject: subject[moment], baseline: baseline[moment] })));
  return { init: against('init'), answer: against('answer'), how: `${rounds} pairs of processes under ${how}` };
}

/** AWS's runtime interface client where it installs, else the small one of this folder on this process's Node. */
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
  const runtime = { node: process.execPath, interfaceClient: await compiled('cold-start/runtime-client') };
  const how = `a small runtime interface client of our own on Node ${process.versions.node}, the closest thing that runs here (aws-lambda-ric: ${reason})`;
  return { runtime, how };
}

/** Starts the function and has it answer one event. @throws Error when it answers with anything but 200 */
async function coldStart(runtime: LambdaRuntime, { codeFolder, variables, event }: Start): Promise<ColdStart> {
  const logLines: string[] = [];
  const environment = await Environment.start({
    runtime,
    handler: FUNCTION.handler,
    codeFolder,
    variables: environmentVariables({ ...FUNCTION, variables }, codeFolder),
    onLogLine: (line) => logLines.push(line),
  });
  try {
    const invocation = {
      requestId: randomUUID(),
      payload: Buffer.from(JSON.stringify(event)),
      functionArn: FUNCTION.functionArn,
    };
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
