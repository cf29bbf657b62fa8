import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { functionInvoker } from '../../lambda/aws/lambda.ts';
import { InvokeApi } from '../support/emulated-aws/invoke-api.ts';
import { ACCOUNT_ID, REGION } from '../support/emulated-aws/server.ts';
import { TooManyRequests } from '../support/lambda-runtime/lambda-function.ts';

const arnOf = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${name}`;

const FUNCTIONS = [
  {
    arn: arnOf('echo:1'),
    invoke: async (event: unknown) => ({ payload: Buffer.from(JSON.stringify({ event })) }),
  },
  {
    arn: arnOf('broken:1'),
    invoke: async () => ({ payload: Buffer.from('{"errorType":"RangeError"}'), functionError: 'Unhandled' as const }),
  },
  {
    arn: arnOf('busy:1'),
    invoke: async () => {
      throw new TooManyRequests('busy', 1);
    },
  },
];

let api: InvokeApi;
let invoke: (name: string) => Promise<unknown>;

beforeAll(async () => {
  api = await InvokeApi.start(FUNCTIONS);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const call = functionInvoker({ region: REGION, endpoint: api.variables.AWS_ENDPOINT_URL_LAMBDA, credentials });
  invoke = (name) => call(arnOf(name), { colour: 'blue' }, 5_000);
});

afterAll(() => api.stop());

describe('the API that invokes functions', () => {
  it('runs the version of the ARN with the event, and remembers the use', async () => {
    expect(await invoke('echo:1')).toEqual({ event: { colour: 'blue' } });
    expect([...api.uses.values()]).toEqual([{ action: 'lambda:InvokeFunction', resource: arnOf('echo:1') }]);
  });

  it.each([
    { name: 'echo:2', what: 'a version that does not run', code: 'ResourceNotFoundException', status: 404 },
    { name: 'echo', what: 'a function without its version', code: 'ResourceNotFoundException', status: 404 },
    { name: 'broken:1', what: 'a function that throws', code: 'FunctionError RangeError', status: 200 },
    { name: 'busy:1', what: 'a function at its concurrency', code: 'TooManyRequestsException', status: 429 },
  ])('answers as Lambda does for $what', async ({ name, code, status }) => {
    await expect(invoke(name)).rejects.toMatchObject({ code, status });
  });
});
