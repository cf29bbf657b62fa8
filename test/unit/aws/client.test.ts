import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AwsClient, endpointOf } from '../../../lambda/aws/client.ts';
import { signedHeaders } from '../../support/api/signature.ts';
import { answer, FakeService, KEYS } from './fake-service.ts';

const LIMITS = { connections: 2, connectionTimeoutMs: 1_000 };
const GET = { method: 'GET', path: '/a%20b', headers: { 'if-none-match': '"1"' } } as const;

const service = new FakeService();

beforeEach(async () => {
  service.seen.length = 0;
  service.answers = [answer(200, 'text')];
  await service.start();
});

afterEach(async () => {
  await service.stop();
});

describe('AwsClient', () => {
  it('says where its requests go', () => {
    const { place } = new AwsClient('kms', { region: 'cn-north-1', credentials: KEYS }, LIMITS);
    expect(place).toBe('https://kms.cn-north-1.amazonaws.com.cn, region cn-north-1');
  });

  it('answers every status, with headers and body', async () => {
    service.answers = [answer(418, 'short and stout', { 'x-pot': 'tea' })];
    const { status, headers, body } = await new AwsClient('kms', service.options, LIMITS).send(GET);
    expect({ status, headers, body }).toEqual({
      status: 418,
      headers: expect.objectContaining({ 'x-pot': 'tea' }),
      body: 'short and stout',
    });
  });

  it('signs method, path, headers and body', async () => {
    const body = 'zoë';
    await new AwsClient('lambda', service.options, LIMITS).send({ ...GET, method: 'POST', body });
    const [{ request } = { request: undefined }] = service.seen;
    if (request === undefined) throw new Error('nothing arrived');
    expect(request.url).toBe('/a%20b');
    expect(signedHeaders(request, body, KEYS.secretAccessKey)).toEqual(
      expect.arrayContaining(['host', 'if-none-match', 'x-amz-content-sha256', 'x-amz-date']),
    );
  });
});

describe('endpointOf', () => {
  it.each([
    { region: 'eu-central-1', url: 'https://dynamodb.eu-central-1.amazonaws.com' },
    { region: 'us-gov-west-1', url: 'https://dynamodb.us-gov-west-1.amazonaws.com' },
    { region: 'cn-north-1', url: 'https://dynamodb.cn-north-1.amazonaws.com.cn' },
  ])('is $url in $region', ({ region, url }) => {
    expect(endpointOf('dynamodb', region)).toBe(url);
  });
});
