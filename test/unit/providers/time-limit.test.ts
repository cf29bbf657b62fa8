import { expect, it } from '@jest/globals';
import type { Verdict } from '../../../lambda/pool/life.ts';
import type { CheckOptions, VmProvider } from '../../../lambda/pool/provider.ts';
import type { VmStatus } from '../../../lambda/pool/vm.ts';
import { timeLimitedCheck } from '../../../lambda/providers/time-limit.ts';

const vm = { id: 'vm-01', pool: 'default', ip: '192.0.2.11', port: 22, username: 'tester' };
const status: VmStatus = { vm, state: 'checking', version: 1, failures: 0, draining: false, retired: false };

/** The verdict on the VM of a check that may take so long. */
function verdictOf(check: VmProvider['check'], limitSec: number): Promise<Verdict> {
  return timeLimitedCheck({ check }, () => limitSec)(status);
}

it('returns the verdict of a check that ends in time', async () => {
  expect(await verdictOf(async () => ({ passed: true }), 1)).toEqual({ passed: true });
});

it('fails a check that takes too long, and aborts it', async () => {
  let abortReason: unknown;
  const slow = (_: VmStatus, { signal }: CheckOptions) => {
    signal.addEventListener('abort', () => {
      abortReason = signal.reason;
    });
    return new Promise<Verdict>(() => undefined);
  };
  const verdict = await verdictOf(slow, 0.05);
  expect(verdict).toEqual({ passed: false, reason: 'the check took longer than 0.05 s' });
  expect(abortReason).toEqual(new Error('the check took longer than 0.05 s'));
});

it('aborts a check that looks at its signal only after the time', async () => {
  let options: CheckOptions | undefined;
  const slow = (_: VmStatus, given: CheckOptions) => {
    options = given;
    return new Promise<Verdict>(() => undefined);
  };
  await verdictOf(slow, 0.05);
  expect(options?.signal).toMatchObject({ aborted: true, reason: new Error('the check took longer than 0.05 s') });
});

it('passes on what a check throws, at once or later', async () => {
  for (const waitMs of [0, 20]) {
    const broken = async () => {
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      throw new Error('no route');
    };
    await expect(verdictOf(broken, 1)).rejects.toThrow('no route');
  }
});
