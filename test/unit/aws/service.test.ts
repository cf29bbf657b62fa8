import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../lambda/aws/error.ts';
import { JsonApi } from '../../../lambda/aws/json-api.ts';
import { AwsService } from '../../../lambda/aws/service.ts';
import type { Answer } from './fake-service.ts';
import { answer, CUT, FakeService, HALF_AN_ANSWER, rejection, SILENCE } from './fake-service.ts';

const SECRET = 'marked-secret';
const REQUEST = { method: 'POST', path: '/', headers: {}, body: SECRET } as const;
const LIMITS = { timeoutMs: 5_000 };

const service = new FakeService();

beforeEach(async () => {
  service.seen.length = 0;
  await service.start();
});

afterEach(async () => {
  await service.stop();
});

async function failure(answers: Answer[], limits = LIMITS): Promise<Error> {
  service.answers = answers;
  return rejection(new AwsService('kms', service.options).send(REQUEST, limits));
}

describe('AwsService', () => {
  it.each<{ rule: string; answered: Answer; error: Partial<AwsError> }>([
    {
      rule: 'of JSON',
      answered: answer(400, { __type: 'com.amazonaws.kms#NotFoundException', message: SECRET }),
      error: { code: 'NotFoundException', status: 400, message: 'kms answered 400 NotFoundException' },
    },
    {
      rule: 'of REST',
      answered: answer(404, { Message: SECRET }, { 'x-amzn-errortype': 'ResourceNotFoundException:http://internal/' }),
      error: { code: 'ResourceNotFoundException', status: 404 },
    },
    {
      rule: 'of S3',
      answered: answer(404, `<Error><Code>NoSuchKey</Code><Message>${SECRET}</Message></Error>`),
      error: { code: 'NoSuchKey', status: 404 },
    },
    { rule: 'without a code', answered: answer(403, SECRET), error: { code: 'unknown', status: 403 } },
    { rule: 'with a code that is none', answered: answer(403, { __type: SECRET }), error: { code: 'unknown' } },
    { rule: 'that is JSON, but not an object', answered: answer(403, 'null'), error: { code: 'unknown', status: 403 } },
    {
      rule: 'that never came',
      answered: CUT,
      error: { code: 'ECONNRESET', message: 'kms did not answer: ECONNRESET' },
    },
    {
      rule: 'that is not HTTP',
      answered: (response) => response.socket?.end(`HTTP/1.1 200 ${SECRET}\r\n${SECRET} \r\n\r\n`),
      error: { code: expect.stringMatching(/^HPE_/) as never },
    },
  ])('throws the code and the status of an answer $rule, and nothing of the body', async ({ answered, error }) => {
    const thrown = await failure([answered]);
    expect(thrown).toBeInstanceOf(AwsError);
    expect(thrown).toMatchObject({ service: 'kms', ...error });
    expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  it.each([
    { rule: 'JSON', body: { __type: 'AccessDeniedException', Message: 'alice may not kms:Sign' } },
    { rule: 'XML', body: '<Error><Code>AccessDenied</Code><Message>alice may not kms:Sign</Message></Error>' },
  ])("says in AWS's own words who lacks which permission: $rule", async ({ body }) => {
    const { message } = await failure([answer(400, body)]);
    expect(message).toMatch(/^kms answered 400 AccessDenied.*: alice may not kms:Sign$/);
  });

  it.each<{ rule: string; first: Answer }>([
    { rule: 'is throttled', first: answer(400, { __type: 'ThrottlingException' }) },
    { rule: 'is throttled by its status', first: answer(429) },
    { rule: 'meets a fault of the service', first: answer(503, '<Error><Code>SlowDown</Code></Error>') },
    { rule: 'loses its connection', first: CUT },
  ])('sends a call once more that $rule', async ({ first }) => {
    service.answers = [first, answer(200, 'fine')];
    const { body } = await new AwsService('kms', service.options).send(REQUEST, LIMITS);
    expect(body).toBe('fine');
    expect(service.seen).toHaveLength(2);
  });

  it('gives up after the second try', async () => {
    expect(await failure([answer(400, { __type: 'ThrottlingException' })])).toMatchObject({
      code: 'ThrottlingException',
    });
    expect(service.seen).toHaveLength(2);
  });

  it.each<{ rule: string; answered: Answer }>([
    { rule: 'is denied', answered: answer(400, { __type: 'AccessDeniedException' }) },
    { rule: 'names nothing', answered: answer(400, { __type: 'NotFoundException' }) },
  ])('sends a call only once that $rule', async ({ answered }) => {
    await failure([answered]);
    expect(service.seen).toHaveLength(1);
  });

  it.each<{ rule: string; answers: Answer[] }>([
    { rule: 'is silent', answers: [SILENCE] },
    { rule: 'stops in the middle of an answer', answers: [HALF_AN_ANSWER] },
    { rule: 'is silent at the second try', answers: [answer(503), SILENCE] },
  ])('ends a call at its time limit when the service $rule', async ({ answers }) => {
    const startedMs = performance.now();
    expect(await failure(answers, { timeoutMs: 300 })).toMatchObject({ code: 'TimeoutError', status: undefined });
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  it('ends a call when its caller does', async () => {
    service.answers = [SILENCE];
    const caller = new AbortController();
    const call = new AwsService('kms', service.options).send(REQUEST, { ...LIMITS, signal: caller.signal });
    setTimeout(() => {
      caller.abort();
    }, 50);
    expect(await rejection(call)).toMatchObject({ code: 'AbortError' });
  });
});

describe('JsonApi', () => {
  it('calls an operation', async () => {
    service.answers = [answer(200, { Signature: 'MEQ=' })];
    expect(await new JsonApi('kms', 'TrentService', service.options).call('Sign', { KeyId: '1' }, LIMITS)).toEqual({
      Signature: 'MEQ=',
    });
    expect(service.seen.map(({ request: { headers }, body }) => ({ target: headers['x-amz-target'], body }))).toEqual([
      { target: 'TrentService.Sign', body: '{"KeyId":"1"}' },
    ]);
  });

  it('quotes nothing of an answer that is not JSON', async () => {
    service.answers = [answer(200, SECRET)];
    const thrown = await rejection(new JsonApi('ssm', 'AmazonSSM', service.options).call('GetParameter', {}, LIMITS));
    expect(thrown).toMatchObject({ name: 'AwsError', service: 'ssm', code: 'UnreadableAnswer', status: 200 });
    expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });
});
