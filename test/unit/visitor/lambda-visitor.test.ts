import { describe, expect, it, jest } from '@jest/globals';
import type { Invoke } from '../../../lambda/visitor/lambda-visitor.ts';
import { createLambdaVisitor } from '../../../lambda/visitor/lambda-visitor.ts';
import { VISITS } from './visits.ts';

const visit = VISITS.command;

function answering(answer: unknown) {
  const invoke = jest.fn<Invoke>().mockResolvedValue(answer);
  return { invoke, visitor: createLambdaVisitor('vm-pool-visitor', invoke) };
}

describe('a visitor in another function', () => {
  it('gets one visit a call, and time to start before the visit', async () => {
    const { invoke, visitor } = answering({ ok: true });
    await visitor(visit);
    expect(invoke.mock.calls).toEqual([['vm-pool-visitor', visit, visit.limitMs + 5_000]]);
  });

  it.each([
    { ok: true },
    { ok: true, exitStatus: 75, output: 'wait 5 another run holds the lock\n' },
    { ok: false, reason: 'refuses the connection (connecting)' },
    { ok: false, reason: 'wrong host key: SHA256:abc', wrongHostKey: 'SHA256:abc' },
  ])('passes on the report %j', async (report) => {
    await expect(answering(report).visitor(visit)).resolves.toEqual(report);
  });

  it('throws when the function can not be reached', async () => {
    const invoke = jest.fn<Invoke>().mockRejectedValue(new Error('throttled'));
    await expect(createLambdaVisitor('vm-pool-visitor', invoke)(visit)).rejects.toThrow('throttled');
  });

  it.each([
    null,
    'ok',
    {},
    { ok: 'true' },
    { ok: true, exitStatus: '0' },
    { ok: true, more: 1 },
    { ok: false },
    { ok: false, reason: 1 },
    { ok: false, reason: 'x'.repeat(100_000) },
    { errorType: 'TypeError', errorMessage: 'MARKED-SECRET' },
  ])('takes %j for no report, and does not quote it', async (answer) => {
    const failed = answering(answer).visitor(visit);
    await expect(failed).rejects.toThrow(/^vm-pool-visitor answered something that is not a report of a visit$/);
  });
});
