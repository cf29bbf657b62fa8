import type { Verdict } from '../pool/life.ts';
import type { CheckOptions, VmProvider } from '../pool/provider.ts';
import type { VmStatus } from '../pool/vm.ts';

/** The verdict of a check that is still running. */
const PENDING = Promise.resolve(undefined);

/**
 * Makes checks that fail when they take too long, so that one silent VM does not hold up the others.
 * @param limitSecOf - longest that the check of a VM of that pool may take
 */
export function timeLimitedCheck(
  provider: Pick<VmProvider, 'check'>,
  limitSecOf: (pool: string) => number,
): (status: VmStatus) => Promise<Verdict> {
  return async (status) => {
    const limit = new TimeLimit();
    const check = provider.check(status, limit);
    const verdict = await Promise.race([check, PENDING]);
    if (verdict !== undefined) return verdict;
    // A check that is over at once, as a mock VM's, needs no timer. One would cost more than the rest of the call.
    const { withinLimit } = await import('./within-limit.ts');
    return withinLimit(
      check,
      (reason) => {
        limit.end(reason);
      },
      limitSecOf(status.vm.pool),
    );
  };
}

/** The time of one check. Its signal is made for a check that asks for it. */
class TimeLimit implements CheckOptions {
  private controller: AbortController | undefined;
  private reason: Error | undefined;

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.reason !== undefined) this.controller.abort(this.reason);
    return this.controller.signal;
  }

  end(reason: Error): void {
    this.reason = reason;
    this.controller?.abort(reason);
  }
}
