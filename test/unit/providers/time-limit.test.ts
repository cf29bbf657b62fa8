import { expect, it } from '@jest/globals';
import type { Verdict } from '../../../lambda/pool/life.ts';
import type { CheckOptions } from '../../../lambda/pool/ports.ts';
import type { Vm } from '../../../lambda/pool/vm.ts';
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
  slow.check = (_: Vm, { signal }: Partial<CheckOptions> = {}) => {
    signal?.addEventListener('abort', () => {
      abortReason = signal.reason;
    });
    return new Promise<Verdict>(() => undefined);
  };
  const verdict = await new TimeLimitedProvider(slow, 0.05).check(vm);
  expect(verdict).toEqual({ passed: false, reason: 'the check took longer than 0.05 s' });
  expect(abortReason).toEqual(new Error('the check took longer than 0.05 s'));
});

it('aborts a check that looks at its signal only after the time', async () => {
  const slow = new MockProvider([]);
  let options: Partial<CheckOptions> = {};
  slow.check = (_: Vm, given: Partial<CheckOptions> = {}) => {
    options = given;
    return new Promise<Verdict>(() => undefined);
  };
  await new TimeLimitedProvider(slow, 0.05).check(vm);
  expect(options.signal).toMatchObject({ aborted: true, reason: new Error('the check took longer than 0.05 s') });
});

it('passes on what a check throws, at once or later', async () => {
  const broken = new MockProvider([]);
  for (const waitMs of [0, 20]) {
    broken.check = async () => {
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      throw new Error('no route');
    };
    await expect(new TimeLimitedProvider(broken, 1).check(vm)).rejects.toThrow('no route');
  }
});
