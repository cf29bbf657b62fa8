import { saysLeaseEnded } from '../login/keep.ts';
import type { Got } from './getting.ts';
import { Heartbeat, LEASE_MINUTES, MINUTE_MS } from './heartbeat.ts';
import { Loan } from './loan.ts';
import type { Source } from './source.ts';
import { ToolError } from './tool-error.ts';

/** Who hears of what happens to a loan. */
export interface Listener {
  /** The loan is over; `why` continues a sentence. */
  readonly onOver: (why: string) => void;
  /** A renewal failed; another follows. */
  readonly onFault: (error: unknown) => void;
}

/** How long a loan is. */
export interface Term {
  readonly minutes: number;
  /** Longest from the beginning to the end. */
  readonly maxMinutes: number;
}

/** A VM that this server has borrowed. Short leases follow each other, until the loan ends. */
export class OwnLoan extends Loan {
  readonly isOwn = true;
  private readonly beganAtMs = Date.now();
  private readonly heartbeat: Heartbeat;

  /** @param got - with a lease of {@link firstLeaseMinutes} */
  constructor(
    { held, ...opened }: Got,
    source: Source,
    private readonly term: Term,
    { onOver, onFault }: Listener,
  ) {
    super(held, source, opened);
    this.heartbeat = new Heartbeat(firstLeaseMinutes(term), term.minutes, {
      renew: (minutes) => this.call('POST /renewvm', { minutes }),
      onFault: (error) => {
        if (saysLeaseEnded(error)) onOver('the service has taken it back');
        else onFault(error);
      },
      onEnd: () => {
        onOver('its time was up');
      },
    });
  }

  get endsAtMs(): number {
    return this.heartbeat.endsAtMs;
  }

  override async renew(minutes: number): Promise<void> {
    const { maxMinutes } = this.term;
    const usedMinutes = Math.ceil((Date.now() - this.beganAtMs) / MINUTE_MS);
    const left = Math.max(0, maxMinutes - usedMinutes);
    if (minutes > left) {
      throw new ToolError(
        `A loan takes ${maxMinutes} minutes at most, and ${left} of them are left.`,
        left > 0 ? 'Ask for fewer minutes.' : 'Save what you need, then call release_vm and borrow_vm.',
      );
    }
    await this.heartbeat.extend(minutes);
  }

  /** Gives the VM back. @throws Refused, Unreachable; the lease then ends by itself, soon */
  override async end(): Promise<void> {
    this.heartbeat.stop();
    await super.end();
    try {
      await this.call('POST /releasevm');
    } catch (error) {
      if (!saysLeaseEnded(error)) throw error;
    }
  }

  private async call(route: 'POST /renewvm' | 'POST /releasevm', parameters: { minutes?: number } = {}): Promise<void> {
    const { client, who } = this.source.service;
    await (await client()).call(route, { ...who, leaseId: this.leaseId, ...parameters });
  }
}

/** Minutes of the first lease of a loan. */
export function firstLeaseMinutes({ minutes }: Pick<Term, 'minutes'>): number {
  return Math.min(LEASE_MINUTES, minutes);
}
