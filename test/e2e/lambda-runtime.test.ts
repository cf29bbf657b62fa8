/** `LambdaFunction` treats a function as Lambda would, wherever that matters to the end-to-end tests. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { LambdaRuntime } from '../../scripts/lib/lambda-runtime/install.ts';
import { lambdaRuntime } from '../../scripts/lib/lambda-runtime/install.ts';
import type { FunctionSettings } from '../support/lambda-runtime/lambda-function.ts';
import { LambdaFunction, TooManyRequests } from '../support/lambda-runtime/lambda-function.ts';

const settings: FunctionSettings = {
  functionName: 'probe',
  functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:probe',
  handler: 'index.handler',
  runtimeName: 'nodejs22.x',
  version: '$LATEST',
  region: 'us-east-1',
  timeoutSec: 1,
  memoryMb: 128,
  reservedConcurrency: 1,
  logFormat: 'JSON',
  logGroup: '/aws/lambda/probe',
  variables: { COLOUR: 'blue' },
};

const CODE = `
console.info('cold start');
let calls = 0;
export const handler = async (event, context) => {
  calls += 1;
  if (event.sleepMs) await new Promise((resolve) => setTimeout(resolve, event.sleepMs));
  if (event.exit) process.exit(7);
  if (event.fail) throw new RangeError('out of VMs');
  const remainingMs = context.getRemainingTimeInMillis();
  return { calls, node: process.versions.node, env: process.env, remainingMs, event };
};
`;

let runtime: LambdaRuntime;
let folder: string;
let probe: LambdaFunction;

beforeAll(async () => {
  runtime = await lambdaRuntime();
  folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-probe-'));
}, 300_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

afterEach(() => probe.stop());

function deploy(code = CODE, changed: Partial<FunctionSettings> = {}): void {
  writeFileSync(path.join(folder, 'index.mjs'), code);
  probe = new LambdaFunction({ ...settings, ...changed }, folder, runtime);
}

async function invoke(event: unknown): Promise<{ functionError: string | undefined; result: Record<string, unknown> }> {
  const { payload, functionError } = await probe.invoke(event);
  return { functionError, result: JSON.parse(payload.toString()) as Record<string, unknown> };
}

describe('LambdaFunction', () => {
  it('runs the code on Node 22 with the variables of Lambda and its settings, and none of this process', async () => {
    deploy();
    process.env.OF_THIS_PROCESS = 'secret';
    const { functionError, result } = await invoke({ question: 'ü' });
    delete process.env.OF_THIS_PROCESS;
    expect(functionError).toBeUndefined();
    expect(result).toMatchObject({ node: expect.stringMatching(/^22\./), event: { question: 'ü' } });
    expect(result.env).toMatchObject({ COLOUR: 'blue', AWS_LAMBDA_FUNCTION_NAME: 'probe', TZ: ':UTC' });
    expect(result.env).not.toHaveProperty('OF_THIS_PROCESS');
    expect(result.env).not.toHaveProperty('HOME');
    expect(result.remainingMs).toBeGreaterThan(500);
    expect(result.remainingMs).toBeLessThanOrEqual(1_000);
  });

  it('keeps the process for the next invocation, and its log lines', async () => {
    deploy();
    expect((await invoke({})).result.calls).toBe(1);
    expect((await invoke({})).result.calls).toBe(2);
    expect(probe.logLines).toEqual([expect.stringContaining('"message":"cold start"')]);
  });

  it('throttles an invocation while its reserved concurrency is in use, and runs the next one afterwards', async () => {
    deploy();
    const first = invoke({ sleepMs: 200 });
    await expect(invoke({})).rejects.toBeInstanceOf(TooManyRequests);
    expect((await first).result.calls).toBe(1);
    expect((await invoke({})).result.calls).toBe(2);
  });

  it('runs concurrent invocations in separate processes when no concurrency is reserved', async () => {
    deploy(CODE, { reservedConcurrency: undefined });
    const results = await Promise.all([invoke({ sleepMs: 100 }), invoke({ sleepMs: 100 }), invoke({ sleepMs: 100 })]);
    expect(results.map(({ result }) => result.calls)).toEqual([1, 1, 1]);
  });

  it('reports the error that the function throws', async () => {
    deploy();
    const { functionError, result } = await invoke({ fail: true });
    expect({ functionError, ...result }).toMatchObject({
      functionError: 'Unhandled',
      errorType: 'RangeError',
      errorMessage: 'out of VMs',
    });
    expect((await invoke({})).result.calls).toBe(2);
  });

  it('stops a function that is too slow, and starts a new process', async () => {
    deploy();
    const { functionError, result } = await invoke({ sleepMs: 5_000 });
    expect([functionError, result.errorMessage]).toEqual([
      'Unhandled',
      expect.stringContaining('Task timed out after 1.00 seconds'),
    ]);
    expect((await invoke({})).result.calls).toBe(1);
  });

  it('reports a function that exits, and starts a new process', async () => {
    deploy();
    const { functionError, result } = await invoke({ exit: true });
    expect([functionError, result.errorType]).toEqual(['Unhandled', 'Runtime.ExitError']);
    expect((await invoke({})).result.calls).toBe(1);
  });

  it('reports code that cannot be loaded', async () => {
    deploy(`throw new Error('no such setting')`);
    const { functionError, result } = await invoke({});
    expect([functionError, result.errorMessage]).toEqual(['Unhandled', 'no such setting']);
  });
});
