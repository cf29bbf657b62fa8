import { describe, expect, it } from '@jest/globals';
import { afterCheck } from '../../../lambda/pool/check.ts';

const failed = { passed: false, reason: 'disk full' } as const;

describe('afterCheck', () => {
  it('frees a VM that passed, and forgets its failures', () => {
    expect(afterCheck(2, { passed: true }, 3)).toEqual({ state: 'free', failures: 0 });
  });

  it.each([
    { failures: 0, state: 'checking' },
    { failures: 1, state: 'checking' },
    { failures: 2, state: 'quarantined' },
  ])('makes a VM with $failures failures that fails once more $state, at three allowed', ({ failures, state }) => {
    expect(afterCheck(failures, failed, 3)).toEqual({ state, failures: failures + 1, reason: 'disk full' });
  });

  it('quarantines at once where one failure is enough', () => {
    expect(afterCheck(0, failed, 1)).toMatchObject({ state: 'quarantined' });
  });
});
