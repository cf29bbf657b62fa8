import { randomUUID } from 'node:crypto';
import type { Lease } from '../../../lambda/pool/lease.ts';
import type { OpenGrant } from '../../../lambda/pool/lending.ts';
import type { Clock } from '../../../lambda/pool/ports.ts';
import type { Refusal } from '../../../lambda/pool/refusals.ts';
import type { FunctionProcess, Outcome } from '../processes/function-process.ts';
import { outcomeOf } from '../processes/function-process.ts';

/** Looks up the user's live lease in the table itself. */
export type LookUp = (userId: string, nowSec: number) => Promise<Lease | undefined>;

/** What a borrower needs to know of the world. */
export interface BorrowerWorld {
  /** The instance of the function that gets the next call. */
  readonly instance: () => FunctionProcess;
  readonly clock: Clock;
  readonly random: () => number;
  readonly lookUp: LookUp;
}

/** A lease as the borrower knows it. */
interface Held {
  readonly id: string;
  readonly key: string;
  /** When it may end, epoch seconds: more than one, where the answer to a renewal did not come. */
  readonly ends: Set<number>;
  /** The answer to a release did not come. */
  maybeReleased: boolean;
}

/**
 * A user who does one thing after another, believes what they were told, and complains of each answer that contradicts what
 * they know or what the table has. An answer `store_unavailable` tells nothing: what was asked for may have happened, or may
 * yet happen, until they ask again and are told.
 */
export class Borrower {
  readonly complaints: string[] = [];
  /** How often each operation came to each outcome, e.g. `acquire pool_empty`. */
  readonly outcomes = new Map<string, number>();

  private held: Held | undefined;
  /** Keys of requests whose answer did not come. */
  private readonly pending = new Set<string>();

  constructor(
    readonly userId: string,
    private readonly world: BorrowerWorld,
  ) {}

  /** Does something at random. */
  async act(): Promise<void> {
    const dice = this.world.random();
    if (dice < 0.15) await this.find();
    else if (this.held === undefined) await this.acquire([...this.pending][0] ?? randomUUID());
    else if (dice < 0.3) await this.acquire(dice < 0.22 ? this.held.key : randomUUID());
    else if (dice < 0.5) await this.renew();
    else await this.release();
    await this.compareWithTable();
  }

  /** Asks again for everything that was left open; to be called when nothing is under way any more. */
  async settle(): Promise<void> {
    await this.compareWithTable();
    for (const key of this.pending) await this.acquire(key);
    this.pending.clear();
    if (this.held?.maybeReleased === true) await this.release();
    await this.find();
    await this.compareWithTable();
  }

  private async acquire(key: string): Promise<void> {
    const before = this.known();
    const outcome = await this.counted('acquire', ({ lending }) => {
      return lending.acquire({ userId: this.userId, minutes: minutesOf(key), idempotencyKey: key }, randomUUID());
    });
    if ('answer' in outcome) this.granted(outcome.answer, key, before);
    else this.refusedToAcquire(outcome.refusal, key, before);
  }

  private async release(): Promise<void> {
    const held = this.held;
    const before = this.known();
    const named = this.world.random() < 0.7 && held !== undefined;
    const outcome = await this.counted('release', ({ lending }) => {
      return lending.release({ userId: this.userId, ...(named && { leaseId: held.id }) }, randomUUID());
    });
    if ('answer' in outcome) {
      if (before === 'none' && !named && this.pending.size === 0)
        this.complain('release', 'was answered without a lease');
      this.held = undefined;
    } else {
      this.refusedToHolder('release', outcome.refusal, before);
      if (isUnknown(outcome) && held !== undefined) held.maybeReleased = true;
    }
  }

  private async renew(): Promise<void> {
    const held = this.held;
    const before = this.known();
    const minutes = 30 + Math.floor(this.world.random() * 60);
    const startSec = this.nowSec();
    const outcome = await this.counted('renew', ({ lending }) => {
      return lending.renew({ userId: this.userId, minutes }, randomUUID());
    });
    if ('answer' in outcome) {
      if (outcome.answer.id === held?.id) held.ends.add(outcome.answer.expiresAtSec);
      this.adoptOrComplain('renew', outcome.answer, before);
      this.held?.ends.clear();
      this.held?.ends.add(outcome.answer.expiresAtSec);
    } else {
      this.refusedToHolder('renew', outcome.refusal, before);
      if (!isUnknown(outcome)) return;
      for (let sec = startSec; sec <= this.nowSec(); sec++) held?.ends.add(sec + minutes * 60);
    }
  }

  private async find(): Promise<void> {
    const before = this.known();
    const outcome = await this.counted('find', ({ lending }) => lending.leaseOf(this.userId));
    if ('answer' in outcome) this.adoptOrComplain('find', outcome.answer.lease, before);
    else this.refusedToHolder('find', outcome.refusal, before);
  }

  private granted({ lease }: OpenGrant, key: string, before: Known): void {
    if (lease.idempotency?.key !== key) this.complain('acquire', `got the lease ${lease.id} of another request`);
    if (this.stillHeld(before) && this.held?.id !== lease.id)
      this.complain('acquire', `got ${lease.id} beside ${this.held?.id ?? ''}`);
    this.pending.delete(key);
    if (this.held?.id !== lease.id) this.hold(lease);
  }

  private refusedToAcquire(refusal: Refusal, key: string, before: Known): void {
    switch (refusal.code) {
      case 'already_allocated':
        this.adoptOrComplain('acquire', refusal.lease, before);
        return;
      case 'pool_empty':
        if (this.stillHeld(before)) this.complain('acquire', `pool_empty beside ${this.held?.id ?? ''}`);
        this.pending.delete(key);
        return;
      case 'store_unavailable':
        this.pending.add(key);
        return;
      // The lease may have ended while its key was being made.
      case 'no_lease':
        if (!this.stillHeld(before)) return;
    }
    this.complain('acquire', refusal.code);
  }

  private refusedToHolder(operation: string, { code }: Refusal, before: Known): void {
    if (code === 'store_unavailable') return;
    const isOver = code === 'no_lease' || (code === 'lease_superseded' && this.pending.size > 0);
    if (!isOver || this.stillHeld(before)) this.complain(operation, code);
    else this.held = undefined;
  }

  /** A lease that the user was not told of is only right as the outcome of a request that was never answered. */
  private adoptOrComplain(operation: string, lease: Lease, before: Known): void {
    if (lease.id !== this.held?.id) {
      if (this.isOwed(lease) && !this.stillHeld(before)) this.hold(lease);
      else this.complain(operation, `showed ${lease.id}, of which nobody told`);
    } else if (before === 'none' || !this.held.ends.has(lease.expiresAtSec)) {
      this.complain(operation, `showed ${lease.id} until ${String(lease.expiresAtSec)}`);
    }
  }

  private isOwed({ idempotency }: Lease): boolean {
    return idempotency !== undefined && this.pending.has(idempotency.key);
  }

  /** The table is read past the store, so that no answer is believed that is not true there. */
  private async compareWithTable(): Promise<void> {
    const before = this.known();
    const lease = await this.world.lookUp(this.userId, this.nowSec());
    const after = this.known();
    if (lease === undefined) {
      if (before === 'held' && after === 'held') this.complain('table', `has lost ${this.held?.id ?? ''}`);
    } else if (lease.id !== this.held?.id) {
      if (!this.isOwed(lease)) this.complain('table', `has ${lease.id}, of which nobody told`);
    } else if (!this.held.ends.has(lease.expiresAtSec)) {
      this.complain(
        'table',
        `ends ${lease.id} at ${String(lease.expiresAtSec)}, not ${[...this.held.ends].join(' or ')}`,
      );
    }
  }

  private hold({ id, idempotency, expiresAtSec }: Lease): void {
    this.held = { id, key: idempotency?.key ?? '', ends: new Set([expiresAtSec]), maybeReleased: false };
  }

  private known(): Known {
    if (this.held === undefined) return 'none';
    const nowSec = this.nowSec();
    const ends = [...this.held.ends];
    if (ends.every((endSec) => endSec <= nowSec)) return 'none';
    return this.held.maybeReleased || ends.some((endSec) => endSec <= nowSec) ? 'unsure' : 'held';
  }

  /** Held when the call began, and held still: then it was held all the time. */
  private stillHeld(before: Known): boolean {
    return before === 'held' && this.known() === 'held';
  }

  private async counted<Answer>(
    operation: string,
    call: (instance: FunctionProcess) => Promise<Answer>,
  ): Promise<Outcome<Answer>> {
    const outcome = await outcomeOf(call(this.world.instance()));
    const name = `${operation} ${'answer' in outcome ? 'ok' : outcome.refusal.code}`;
    this.outcomes.set(name, (this.outcomes.get(name) ?? 0) + 1);
    return outcome;
  }

  private complain(operation: string, what: string): void {
    const believed = this.held === undefined ? 'nothing' : JSON.stringify({ ...this.held, ends: [...this.held.ends] });
    this.complaints.push(`${this.userId}: ${operation} ${what} (believed: ${believed})`);
  }

  private nowSec(): number {
    return Math.floor(this.world.clock() / 1000);
  }
}

/** Of a lease that the user was told of: it is theirs, or over, or nobody can say. */
type Known = 'held' | 'none' | 'unsure';

function isUnknown(outcome: Outcome<unknown>): boolean {
  return 'refusal' in outcome && outcome.refusal.code === 'store_unavailable';
}

/** Always the same for a key, since a request that is repeated must be the same request: 1 to 60. */
function minutesOf(key: string): number {
  return 1 + (Number.parseInt(key.slice(0, 4), 16) % 60);
}
