import type { Verdict } from '../pool/life.ts';
import type { CheckOptions, LoginKey, VmProvider } from '../pool/ports.ts';
import type { Vm } from '../pool/vm.ts';

/** The verdict of a check that is still running. */
const PENDING = Promise.resolve(undefined);

/** A provider whose checks fail when they take too long, so that one silent VM does not hold up the others. */
export class TimeLimitedProvider implements VmProvider {
  /** @param limitSec - longest a check may take */
  constructor(
    private readonly provider: VmProvider,
    private readonly limitSec: number,
  ) {}

  inventory(): readonly Vm[] {
    return this.provider.inventory();
  }

  login(vm: Vm, sshPublicKey?: string): Promise<LoginKey> {
    return this.provider.login(vm, sshPublicKey);
  }

  async check(vm: Vm): Promise<Verdict> {
    const limit = new TimeLimit();
    const check = this.provider.check(vm, limit);
    // A check that is over at once, as a mock VM's, needs no timer. One would cost more than the rest of the call.
    return (await Promise.race([check, PENDING])) ?? this.withinLimit(check, limit);
  }

  private async withinLimit(check: Promise<Verdict>, limit: TimeLimit): Promise<Verdict> {
    const reason = `the check took longer than ${this.limitSec} s`;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<Verdict>((resolve) => {
      timer = setTimeout(() => {
        limit.end(new Error(reason));
        resolve({ passed: false, reason });
      }, this.limitSec * 1000);
    });
    try {
      return await Promise.race([check, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }
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
