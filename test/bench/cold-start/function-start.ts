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

/** A function to start, and its first event. */
export interface Start {
  readonly codeFolder: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly event: APIGatewayProxyEventV2;
  /** What the first answer must have, beside the status 200. */
  readonly answers?: string;
}

/** Prepares the next start. */
export type NextStart = () => Promise<Start>;

/** Milliseconds since the start of the process. */
interface ColdStart {
  /** Until the runtime asked for its first event */
  readonly init: number;
  /** Until the function's first answer */
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

/** Duration of a function's start, against that of another one. */
export interface Comparison extends Readonly<Record<keyof ColdStart, ReturnType<typeof compared>>> {
  /** How it was measured, for people */
  readonly how: string;
}

/** Starts a function and the empty handler in turn, many times. */
export async function againstEmptyHandler(nextStart: NextStart, rounds: number): Promise<Comparison> {
  const emptyFolder = path.dirname(await compiled('cold-start/empty-handler/index'));
  return comparedStarts(
    nextStart,
    async () => {
      const { variables, event } = await nextStart();
      return { codeFolder: emptyFolder, variables, event };
    },
    rounds,
  );
}

/** Starts two functions in turn, many times. */
export async function comparedStarts(subject: NextStart, baseline: NextStart, rounds: number): Promise<Comparison> {
  const { runtime, how } = await runtimeThatRunsHere();
  const measured = async () => coldStart(runtime, await subject());
  const comparedWith = async () => coldStart(runtime, await baseline());

  await inPairs(UNTIMED_ROUNDS, measured, comparedWith);
  const pairs = await inPairs(rounds, measured, comparedWith);
  const against = (moment: keyof ColdStart) =>
    compared(pairs.map(({ subject, baseline }) => ({ subject: subject[moment], baseline: baseline[moment] })));
  return { init: against('init'), answer: against('answer'), how: `${rounds} pairs of processes under ${how}` };
}

/** AWS's runtime interface client, or where it does not install, this folder's small one on this process's Node. */
async function runtimeThatRunsHere(): Promise<{ runtime: LambdaRuntime; how: string }> {
  const missing = toolsMissing();
  if (missing.length > 0) return standIn(missing.map(({ name }) => `${name} is missing`).join(', '));
  try {
    return { runtime: await lambdaRuntime(), how: `AWS's runtime interface client (aws-lambda-ric) on Node 22` };
  } catch (fault) {
    return standIn(fault instanceof Error ? fault.message.split('\n', 1).join() : 'it does not install');
  }
}

async function standIn(reason: string): Promise<{ runtime: LambdaRuntime; how: string }> {
  const runtime = { node: process.execPath, interfaceClient: await compiled('cold-start/runtime-client') };
  const how = `our own small runtime interface client on Node ${process.versions.node} (aws-lambda-ric does not run here: ${reason})`;
  return { runtime, how };
}

/** Starts the function and sends it one event. @throws Error when the answer is not the right one */
async function coldStart(
  runtime: LambdaRuntime,
  { codeFolder, variables, event, answers = '' }: Start,
): Promise<ColdStart> {
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
    const isRight = payload.includes('"statusCode":200') && payload.includes(answers);
    if (!isRight || firstNextMs === undefined || firstResponseMs === undefined) {
      throw new Error(`${codeFolder} did not start: ${payload.toString()}\n${logLines.join('\n')}`);
    }
    return { init: firstNextMs - environment.spawnedAtMs, answer: firstResponseMs - environment.spawnedAtMs };
  } finally {
    await environment.stop();
  }
}
