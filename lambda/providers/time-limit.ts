import type { Verdict } from '../pool/life.ts';
import type { LoginKey, VmProvider } from '../pool/ports.ts';
import type { Vm } from '../pool/vm.ts';

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
    const limit = new AbortController();
    const reason = `the check took longer than ${this.limitSec} s`;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<Verdict>((resolve) => {
      timer = setTimeout(() => {
        limit.abort(new Error(reason));
        resolve({ passed: false, reason });
      }, this.limitSec * 1000);
    });
    try {
      return await Promise.race([this.provider.check(vm, limit.signal), timeout]);
    } finally {
      clearTimeout(timer);
    }
  }
}
