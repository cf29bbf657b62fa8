import type { Held } from '../../../lambda/client/routes.ts';
import { Loan } from './loan.ts';
import type { Source } from './source.ts';
import { ToolError } from './tool-error.ts';

/** `setTimeout` takes no longer time. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A VM that the user has borrowed elsewhere. This server uses it, and neither renews it nor gives it back. */
export class HeldLoan extends Loan {
  readonly isOwn = false;
  readonly endsAtMs: number;
  private readonly timer: NodeJS.Timeout;

  /** @param onOver - hears that the time is up */
  constructor(held: Held, source: Source, onOver: () => void) {
    super(held, source);
    this.endsAtMs = Date.parse(held.lease.expiresAt);
    this.timer = setTimeout(onOver, Math.min(this.endsAtMs - Date.now(), LONGEST_TIMER_MS));
  }

  override renew(): Promise<void> {
    const message = `${this.vm.id} was borrowed outside this session, so this session does not renew it.`;
    return Promise.reject(new ToolError(message, 'Ask the user to renew it: vm-pool renew.'));
  }

  override async end(): Promise<void> {
    clearTimeout(this.timer);
    await super.end();
  }
}
