import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sessions } from '../../../lambda/aws/sessions.ts';
import { createSessions } from '../../../lambda/aws/sessions.ts';
import { answer, FakeService, rejection } from './fake-service.ts';

const SECRET = 'marked-secret';
const STARTED = {
  SessionId: 'vm-pool-0a16e7e8ab1234567',
  TokenValue: `${SECRET}/AAEAAd==`,
  StreamUrl: 'wss://ssmmessages.eu-central-1.amazonaws.com/v1/data-channel/vm-pool-0a16?role=publish_subscribe',
};

const service = new FakeService();
let sessions: Sessions;

beforeEach(async () => {
  service.seen.length = 0;
  await service.start();
  sessions = createSessions(service.options);
});

afterEach(async () => {
  await service.stop();
});

function sent() {
  return service.seen.map(({ request, body }) => ({
    target: request.headers['x-amz-target'],
    ...(JSON.parse(body) as object),
  }));
}

describe('a session', () => {
  it('is started on an instance, with a reason', async () => {
    service.answers = [answer(200, STARTED)];
    expect(await sessions.start('i-01', 'lease 1 of alice')).toEqual({
      sessionId: STARTED.SessionId,
      streamUrl: STARTED.StreamUrl,
      tokenValue: STARTED.TokenValue,
    });
    expect(sent()).toEqual([{ target: 'AmazonSSM.StartSession', Target: 'i-01', Reason: 'lease 1 of alice' }]);
  });

  it.each([
    { rule: 'its id is missing', answered: { ...STARTED, SessionId: undefined } },
    { rule: 'its id is none', answered: { ...STARTED, SessionId: '../x' } },
    { rule: 'its URL leads elsewhere', answered: { ...STARTED, StreamUrl: 'https://example.com/' } },
    { rule: 'its token is empty', answered: { ...STARTED, TokenValue: '' } },
    { rule: 'its token has line breaks', answered: { ...STARTED, TokenValue: `${SECRET}\nx` } },
  ])('is unreadable when $rule, and the error has no token', async ({ answered }) => {
    service.answers = [answer(200, answered)];
    const thrown = await rejection(sessions.start('i-01', 'lease'));
    expect(thrown).toMatchObject({ message: 'ssm answered 200 UnreadableAnswer' });
    expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  it('throws when no agent runs on the instance', async () => {
    service.answers = [answer(400, { __type: 'TargetNotConnected', message: `i-01 is not connected ${SECRET}` })];
    const thrown = await rejection(sessions.start('i-01', 'lease'));
    expect(thrown).toMatchObject({ message: 'ssm answered 400 TargetNotConnected' });
  });

  it('is ended by its id', async () => {
    service.answers = [answer(200, { SessionId: 's-1' })];
    await sessions.terminate('s-1');
    expect(sent()).toEqual([{ target: 'AmazonSSM.TerminateSession', SessionId: 's-1' }]);
  });

  // https://github.com/ansible-collections/amazon.aws/pull/3056
  it.each(['ValidationException', 'DoesNotExistException'])('has ended before when AWS answers %s', async (code) => {
    service.answers = [answer(400, { __type: code })];
    await expect(sessions.terminate('s-1')).resolves.toBeUndefined();
  });

  it('throws when it may not be ended', async () => {
    service.answers = [
      answer(400, { __type: 'AccessDeniedException', message: 'vm-pool may not ssm:TerminateSession' }),
    ];
    expect(await rejection(sessions.terminate('s-1'))).toMatchObject({ code: 'AccessDeniedException' });
  });
});

describe('the active sessions of an instance', () => {
  it('are read page by page', async () => {
    service.answers = [
      answer(200, { Sessions: [{ SessionId: 's-1', Status: 'Connected' }], NextToken: 'two' }),
      answer(200, { Sessions: [], NextToken: 'three' }),
      answer(200, { Sessions: [{ SessionId: 's-2', Status: 'Disconnected' }] }),
    ];
    expect(await sessions.active('i-01')).toEqual(['s-1', 's-2']);
    const wish = { State: 'Active', MaxResults: 200, Filters: [{ key: 'Target', value: 'i-01' }] };
    const target = 'AmazonSSM.DescribeSessions';
    expect(sent()).toEqual([
      { target, ...wish },
      { target, ...wish, NextToken: 'two' },
      { target, ...wish, NextToken: 'three' },
    ]);
  });

  it.each([
    { rule: 'has no list', answered: {} },
    { rule: 'has a session without an id', answered: { Sessions: [{ Status: 'Connected' }] } },
    { rule: 'has something else than sessions', answered: { Sessions: [null] } },
  ])('are unknown when the answer $rule: none is taken for ended', async ({ answered }) => {
    service.answers = [answer(200, answered)];
    expect(await rejection(sessions.active('i-01'))).toMatchObject({ code: 'UnreadableAnswer' });
  });
});
