import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TokenCheck } from '../../../lambda/telemetry/metrics-token.ts';
import { readToken, tokenCheck } from '../../../lambda/telemetry/metrics-token.ts';
import { TestClock } from '../../support/pool/lending.ts';
import type { Answer } from '../aws/fake-service.ts';
import { answer, FakeService, rejection } from '../aws/fake-service.ts';

const OLD = 'old-token-of-the-metrics';
const NEW = 'new-token-of-the-metrics';
const PLACE = 'ssm:/vm-pool/metrics-token';

const aws = new FakeService();
let clock: TestClock;
let check: TokenCheck;

beforeEach(async () => {
  aws.seen.length = 0;
  await aws.start();
  clock = new TestClock();
  check = tokenCheck({ place: PLACE, aws: aws.options }, clock.read);
});

afterEach(() => aws.stop());

function parameter(Value: string, Type = 'SecureString'): Answer {
  return answer(200, { Parameter: { Name: '/vm-pool/metrics-token', Type, Value } });
}

describe('tokenCheck', () => {
  it('reads the parameter once a minute, however many ask', async () => {
    aws.answers = [parameter(OLD)];
    expect(await Promise.all([check(OLD), check(OLD), check(OLD)])).toEqual([true, true, true]);
    clock.advance(59);
    expect(await check(OLD)).toBe(true);
    expect(aws.seen).toHaveLength(1);
    clock.advance(1);
    expect(await check(OLD)).toBe(true);
    expect(aws.seen).toHaveLength(2);
    expect(JSON.parse(aws.seen[0]?.body ?? '')).toEqual({ Name: '/vm-pool/metrics-token', WithDecryption: true });
  });

  it('refuses every other token, and reads the parameter for them once in 5 seconds', async () => {
    aws.answers = [parameter(OLD)];
    for (const wrong of ['', 'x', OLD.slice(1), `${OLD}x`, OLD.toUpperCase()]) expect(await check(wrong)).toBe(false);
    expect(aws.seen).toHaveLength(1);
    clock.advance(5);
    for (let sent = 0; sent < 100; sent += 1) expect(await check('wrong')).toBe(false);
    expect(aws.seen).toHaveLength(2);
    expect(await check(OLD)).toBe(true);
  });

  it('takes a rotated token as soon as it is shown, and no longer the one before', async () => {
    aws.answers = [parameter(OLD), parameter(NEW)];
    await check(OLD);
    clock.advance(5);
    expect(await check(OLD)).toBe(true);
    expect([await check(NEW), await check(OLD)]).toEqual([true, false]);
  });

  it('forgets the one before within a minute, also when nobody shows the new one', async () => {
    aws.answers = [parameter(OLD), parameter(NEW)];
    await check(OLD);
    clock.advance(60);
    expect(await check(OLD)).toBe(false);
  });

  it.each([
    { fault: 'does not exist', answers: [answer(400, { __type: 'ParameterNotFound' })] },
    { fault: 'may not be read by the service', answers: [answer(400, { __type: 'AccessDeniedException' })] },
    { fault: "can't be read now (InvalidKeyId)", answers: [answer(400, { __type: 'InvalidKeyId' })] },
    { fault: 'must be a SecureString', answers: [parameter(OLD, 'String')] },
    { fault: 'must be 16 or more characters of A-Z a-z 0-9 - . _ ~ + / =', answers: [parameter('too-short')] },
    { fault: 'must be 16 or more characters of A-Z a-z 0-9 - . _ ~ + / =', answers: [parameter(`${OLD} ${OLD}`)] },
  ])('says that the parameter $fault', async ({ fault, answers }) => {
    aws.answers = answers;
    expect((await rejection(check(OLD))).message).toBe(`the metrics token in ${PLACE} ${fault}`);
  });

  it('works again 5 seconds after the parameter can be read again, and asks no more often', async () => {
    aws.answers = [answer(400, { __type: 'AccessDeniedException' }), parameter(OLD)];
    for (let sent = 0; sent < 10; sent += 1) await rejection(check(OLD));
    expect(aws.seen).toHaveLength(1);
    clock.advance(5);
    expect(await check(OLD)).toBe(true);
  });

  it('takes the known token, also when a wrong one made it read and that failed', async () => {
    aws.answers = [parameter(OLD), answer(400, { __type: 'ThrottlingException' })];
    expect(await check(OLD)).toBe(true);
    clock.advance(10);
    await rejection(check('wrong'));
    expect(await check(OLD)).toBe(true);
    clock.advance(50);
    await rejection(check(OLD));
  });

  it.each([['too-short'], [`${OLD} with a space`]])('keeps the token %s out of errors', async (token) => {
    aws.answers = [parameter(token)];
    expect(inspect(await rejection(check('x')), { depth: 9, showHidden: true })).not.toContain(token);
  });

  it('keeps no token, only what tells it from others', async () => {
    aws.answers = [parameter(OLD)];
    await check(OLD);
    expect(inspect(check, { depth: 9, showHidden: true })).not.toContain(OLD);
  });
});

describe('readToken', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-token-'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('reads a file, with or without an end of line', async () => {
    const place = path.join(folder, 'token');
    writeFileSync(place, `${NEW}\n`);
    expect(await readToken({ place, aws: undefined })).toBe(NEW);
  });

  it.each([
    { place: OLD, fault: 'does not exist' },
    { place: tmpdir(), fault: "can't be read (EISDIR)" },
  ])('never names a file, which may be the token itself: $fault', async ({ place, fault }) => {
    const error = await rejection(readToken({ place, aws: undefined }));
    expect(error.message).toBe(`the file with the metrics token (METRICS_TOKEN) ${fault}`);
    expect(error.cause).toBeUndefined();
  });
});
