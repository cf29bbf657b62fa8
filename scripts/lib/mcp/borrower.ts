import { NotReady } from '../../../lambda/client/not-ready.ts';
import { saysLeaseEnded } from '../login/keep.ts';
import type { LoginFiles } from '../login/ssh-config.ts';
import type { Patience } from './getting.ts';
import { getVm, longestLoan, refuseLonger } from './getting.ts';
import { HeldLoan } from './held-loan.ts';
import type { Loan } from './loan.ts';
import { firstLeaseMinutes, OwnLoan } from './own-loan.ts';
import type { Source } from './source.ts';
import { ToolError } from './tool-error.ts';

/** What the client wants. */
export interface Wish extends Omit<Patience, 'startWaitMs'> {
  readonly pool: string | undefined;
  /** Undefined: an hour, if the pool lends so long. */
  readonly minutes: number | undefined;
}

const USUAL_MINUTES = 60;

/** Borrows for one client, one VM at a time, and gives back whatever it has borrowed. */
export class Borrower {
  private loan: Loan | undefined;
  /** Why the last loan ended, when nobody had asked for it. */
  private lost = '';
  private turn: Promise<unknown> = Promise.resolve();
  private readonly leaving = new AbortController();

  /**
   * @param maxMinutes - longest loan
   * @param warn - hears what goes wrong while nobody waits for it
   */
  constructor(
    readonly source: Source,
    private readonly maxMinutes: number,
    private readonly warn: (what: string, error: unknown) => void,
  ) {}

  /** The VM in use, if there is one. */
  get current(): Loan | undefined {
    return this.loan;
  }

  /** The VM in use. @throws {@link ToolError} when there is none */
  inUse(): Loan {
    if (this.loan !== undefined) return this.loan;
    throw new ToolError(`This session uses no VM${this.lost}.`, 'Call borrow_vm first.');
  }

  /** Borrows a VM. @throws {@link ToolError} when this session has one already, Refused when the service refuses */
  borrow(wish: Wish): Promise<Loan> {
    return this.inTurn(async () => {
      this.refuseSecond();
      const signal = AbortSignal.any([wish.signal, this.leaving.signal]);
      signal.throwIfAborted();
      return (this.loan = await this.get({ ...wish, signal }));
    });
  }

  /** Uses the VM that the user has borrowed elsewhere. @throws Refused when the user holds none */
  useHeld(refuse: (pool: string) => void): Promise<Loan> {
    return this.inTurn(async () => {
      this.refuseSecond();
      const { client, who } = this.source.service;
      const held = await (await client()).call('GET /lease', who);
      refuse(held.vm.pool);
      if (held.vm.status === 'gone') throw new NotReady('gone', held);
      const loan: Loan = new HeldLoan(held, this.source, () => void this.lose(loan, 'its lease has ended'));
      return (this.loan = loan);
    });
  }

  /** Lets the loan end in so many minutes. @throws Refused when the service refuses */
  renew(minutes: number): Promise<Loan> {
    return this.inTurn(async () => {
      const loan = this.inUse();
      await this.noticing(loan, loan.renew(minutes));
      return loan;
    });
  }

  /** Stops using the VM, and gives it back if this server has borrowed it. @returns the loan that has ended */
  release(): Promise<Loan> {
    return this.inTurn(async () => {
      const loan = this.inUse();
      this.loan = undefined;
      this.lost = '';
      await loan.end();
      return loan;
    });
  }

  /** A credential on disk that opens the VM now. */
  logIn(loan: Loan): Promise<LoginFiles> {
    return this.noticing(loan, loan.logIn());
  }

  /** Ends everything, because the client has gone. @returns the loan that has ended, if there was one */
  async close(): Promise<Loan | undefined> {
    this.leaving.abort();
    await this.turn;
    return this.loan && this.release();
  }

  private async get({ pool, minutes, ...patience }: Wish): Promise<Loan> {
    const { service, parent, startWaitMs } = this.source;
    const client = await service.client();
    const maxMinutes = await longestLoan(client, pool, this.maxMinutes);
    const term = { minutes: minutes ?? Math.min(USUAL_MINUTES, maxMinutes), maxMinutes };
    refuseLonger(term.minutes, maxMinutes);
    const wish = { ...service.who, ...(pool !== undefined && { pool }), minutes: firstLeaseMinutes(term) };
    const got = await getVm(client, wish, parent, { ...patience, startWaitMs });
    const loan: Loan = new OwnLoan(got, this.source, term, {
      onOver: (why) => void this.lose(loan, why),
      onFault: (error) => {
        this.warn(`cannot renew the lease of ${loan.vm.id}, tries again`, error);
      },
    });
    return loan;
  }

  private refuseSecond(): void {
    if (this.loan === undefined) return;
    const { id } = this.loan.vm;
    throw new ToolError(`This session already uses ${id}.`, `Use ${id}, or call release_vm before borrow_vm.`);
  }

  /** Drops the loan when the service answers that its lease is over. */
  private async noticing<T>(loan: Loan, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (saysLeaseEnded(error)) void this.lose(loan, 'the service has taken it back');
      if (error instanceof NotReady && error.reason === 'not-started') void this.lose(loan, 'it did not start');
      throw error;
    }
  }

  private lose(loan: Loan, why: string): Promise<void> {
    return this.inTurn(async () => {
      if (this.loan !== loan) return;
      this.loan = undefined;
      this.lost = `: it had ${loan.vm.id}, but ${why}`;
      await loan.end().catch((error: unknown) => {
        this.warn(`cannot give back ${loan.vm.id}, whose lease ends soon`, error);
      });
    });
  }

  /** One change at a time. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}
