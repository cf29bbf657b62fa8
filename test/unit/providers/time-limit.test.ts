import { expect, it } from '@jest/globals';
import type { Verdict } from '../../../lambda/pool/life.ts';
import { MOCK_VMS, MockProvider } from '../../../lambda/providers/mock.ts';
import { TimeLimitedProvider } from '../../../lambda/providers/time-limit.ts';

const [vm] = MOCK_VMS;
if (vm === undefined) throw new Error('no VM');

it('returns the verdict of a check that ends in time', async () => {
  expect(await new TimeLimitedProvider(new MockProvider([]), 1).check(vm)).toEqual({ passed: true });
});

it('fails a check that takes too long, and aborts it', async () => {
  const slow = new MockProvider([]);
  let abortReason: unknown;
  slow.check = (_, signal?: AbortSignal) => {
    signal?.addEventListener('abort', () => {
      abortReason = signal.reason;
    });
    return new Promise<Verdict>(() => undefined);
  };
  const verdict = await new TimeLimitedProvider(slow, 0.05).check(vm);
  expect(verdict).toEqual({ passed: false, reason: 'the check took longer than 0.05 s' });
  expect(abortReason).toEqual(new Error('the check took longer than 0.05 s'));
});
