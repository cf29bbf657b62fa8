import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { functionInvoker } from '../../../lambda/aws/lambda.ts';
import { objectReader, requestOf } from '../../../lambda/aws/s3.ts';
import { readSignature, signatureOf } from '../../support/api/signature.ts';
import { answer, FakeService, KEYS, rejection, SILENCE } from './fake-service.ts';

const SECRET = 'marked-secret';
const WISH = { bucket: 'inventories', key: 'lab 1/vms+new.json' };

const service = new FakeService();

beforeEach(async () => {
  service.seen.length = 0;
  await service.start();
});

afterEach(async () => {
  await service.stop();
});

function sent() {
  return service.seen.map(({ request: { method, url, headers }, body }) => ({ method, url, headers, body }));
}

describe('objectReader', () => {
  it('reads an object and its ETag', async () => {
    service.answers = [answer(200, '{"vms":[]}', { etag: '"abc"' })];
    expect(await objectReader(service.options)(WISH)).toEqual({ etag: '"abc"', body: '{"vms":[]}' });
    expect(sent()).toMatchObject([{ method: 'GET', url: '/inventories/lab%201/vms%2Bnew.json', body: '' }]);
  });

  it('reads nothing when the object is the same as before', async () => {
    service.answers = [answer(304, '', { etag: '"abc"' })];
    expect(await objectReader(service.options)({ ...WISH, etag: '"abc"' })).toBe('not-modified');
    expect(sent()).toMatchObject([{ headers: { 'if-none-match': '"abc"' } }]);
  });

  it('throws when there is no such object', async () => {
    service.answers = [answer(404, '<Error><Code>NoSuchKey</Code></Error>')];
    expect(await rejection(objectReader(service.options)(WISH))).toMatchObject({ code: 'NoSuchKey', status: 404 });
  });

  it('ends at its time limit', async () => {
    service.answers = [SILENCE];
    expect(await rejection(objectReader(service.options, 200)(WISH))).toMatchObject({ code: 'TimeoutError' });
  });
});

describe('the signature of a read', () => {
  // The form of the test is that of other services, which encode the path once more.
  it('covers the path as it is sent, which S3 alone asks for', async () => {
    service.answers = [answer(200)];
    await objectReader(service.options)(WISH);
    const [{ request } = { request: undefined }] = service.seen;
    const signature = readSignature(request?.headers.authorization);
    if (request === undefined || signature === undefined) throw new Error('nothing signed arrived');
    const plain = { method: 'GET', path: '/inventories/lab 1/vms+new.json', rawQueryString: '', body: '' };
    expect(signature.signature).toBe(
      signatureOf({ ...plain, headers: request.headers }, signature, KEYS.secretAccessKey),
    );
  });
});

describe('the address of an object', () => {
  const aws = { region: 'eu-central-1', credentials: KEYS };

  it.each([
    {
      rule: 'is below the host of its bucket',
      bucket: 'plain',
      options: aws,
      address: { subdomain: 'plain.', path: '/k' },
    },
    // The certificate of *.s3.eu-central-1.amazonaws.com covers no further dot.
    { rule: 'has a bucket with dots in its path', bucket: 'my.dots', options: aws, address: { path: '/my.dots/k' } },
    {
      rule: 'has the bucket in its path where an endpoint is set',
      bucket: 'plain',
      options: { ...aws, endpoint: 'http://127.0.0.1:1' },
      address: { path: '/plain/k' },
    },
  ])('$rule', ({ bucket, options, address }) => {
    expect(requestOf({ bucket, key: 'k' }, options)).toEqual({ method: 'GET', headers: {}, ...address });
  });
});

describe('functionInvoker', () => {
  it('runs a function and returns its answer', async () => {
    service.answers = [answer(200, { ok: true })];
    const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:visitor';
    expect(await functionInvoker(service.options)(arn, { vm: 'vm-01' }, 5_000)).toEqual({ ok: true });
    expect(sent()).toMatchObject([
      { method: 'POST', url: `/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`, body: '{"vm":"vm-01"}' },
    ]);
  });

  it.each([
    {
      rule: 'threw',
      answered: answer(200, { errorType: 'TypeError', errorMessage: SECRET }, { 'x-amz-function-error': 'Unhandled' }),
      code: 'FunctionError TypeError',
    },
    {
      rule: 'answered an error of no known form',
      answered: answer(200, SECRET, { 'x-amz-function-error': 'Unhandled' }),
      code: 'FunctionError unknown',
    },
    { rule: 'answered something else than JSON', answered: answer(200, SECRET), code: 'UnreadableAnswer' },
    {
      rule: 'does not exist',
      answered: answer(404, { Message: SECRET }, { 'x-amzn-errortype': 'ResourceNotFoundException' }),
      code: 'ResourceNotFoundException',
    },
  ])('throws when the function $rule, and quotes nothing', async ({ answered, code }) => {
    service.answers = [answered];
    const thrown = await rejection(functionInvoker(service.options)('visitor', { privateKey: SECRET }, 5_000));
    expect(thrown).toMatchObject({ name: 'AwsError', service: 'lambda', code });
    expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  it('ends at its time limit', async () => {
    service.answers = [SILENCE];
    expect(await rejection(functionInvoker(service.options)('visitor', {}, 200))).toMatchObject({
      code: 'TimeoutError',
    });
  });
});
