import { randomUUID } from 'node:crypto';
import type { Lease } from '../../../lambda/pool/lease.ts';
import type { Clock } from '../../../lambda/pool/ports.ts';
import type { OpenGrant } from '../../../lambda/pool/provider.ts';
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
  /** When it may end, epoch seconds. There are several after a renewal whose answer was lost. */
  readonly ends: ReadonlySet<number>;
  /** The answer to a release was lost. */
  readonly maybeReleased: boolean;
}

/** Whether the lease that the borrower knows is live. `none`: it has ended, or they know of no lease. */
type Belief = 'live' | 'none' | 'uncertain';

/** Share of the moves that repeat an acquire whose lease is over, as a proxy would that retries late. */
const LATE_DUPLICATES = 0.15;

/**
 * Moves of a borrower who holds a lease: they make the first one whose bound is above a random number from 0 to 1. A
 * borrower without a lease acquires one, unless the move is `find`.
 */
const MOVES = [
  { move: 'find', below: 0.15 },
  { move: 'retry acquire', below: 0.22 },
  { move: 'acquire another', below: 0.3 },
  { move: 'renew', below: 0.5 },
  { move: 'release', below: 1 },
] as const;

type Move = (typeof MOVES)[number]['move'];

/** Share of releases that name their lease. */
const NAMES_LEASE = 0.7;

/**
 * A user who makes one call after another and believes the answers. They complain of each answer that contradicts what
 * they know or what the table has. After an answer `store_unavailable` they know nothing new: the call may have taken
 * effect, or may still take effect, until a later call shows it.
 */
export class Borrower {
  readonly complaints: string[] = [];
  /** How often each operation came to each outcome, e.g. `acquire pool_empty`. */
  readonly outcomes = new Map<string, number>();

  private held: Held | undefined;
  /** Keys of acquires whose answer was lost. */
  private readonly pending = new Set<string>();
  /** Keys whose lease is over for certain. */
  private readonly spent: string[] = [];

  constructor(
    readonly userId: string,
    private readonly world: BorrowerWorld,
  ) {}

  /** Makes a random move. */
  async act(): Promise<void> {
    const late = this.spent.at(-1);
    if (late !== undefined && this.world.random() < LATE_DUPLICATES) await this.acquire(late);
    else await this.make(moveAt(this.world.random()));
    await this.compareWithTable();
  }

  /** Repeats every call whose answer was lost. Call this when nothing is under way any longer. */
  async settle(): Promise<void> {
    await this.compareWithTable();
    for (const key of [...this.pending]) await this.acquire(key);
    this.pending.clear();
    if (this.held?.maybeReleased === true) await this.release();
    await this.find();
    await this.compareWithTable();
  }

  private async make(move: Move): Promise<void> {
    if (move === 'find') return this.find();
    if (this.held === undefined) return this.acquire([...this.pending][0] ?? randomUUID());
    switch (move) {
      case 'retry acquire':
        return this.acquire(this.held.key);
      case 'acquire another':
        return this.acquire(randomUUID());
      case 'renew':
        return this.renew();
      case 'release':
        return this.release();
    }
  }

  private async acquire(key: string): Promise<void> {
    const before = this.belief();
    const outcome = await this.counted('acquire', ({ lending }) => {
      return lending.acquire({ userId: this.userId, minutes: minutesOf(key), idempotencyKey: key }, randomUUID());
    });
    if ('answer' in outcome) this.acceptGrant(outcome.answer, key, before);
    else this.acceptRefusedAcquire(outcome.refusal, key, before);
  }

  private async release(): Promise<void> {
    const before = this.belief();
    const namesLease = this.world.random() < NAMES_LEASE && this.held !== undefined;
    const leaseId = namesLease ? this.held?.id : undefined;
    const outcome = await this.counted('release', ({ lending }) => {
      return lending.release({ userId: this.userId, leaseId }, randomUUID());
    });
    if ('refusal' in outcome) {
      this.acceptRefusedHolder('release', outcome.refusal, before);
      if (isLost(outcome) && this.held !== undefined) this.held = { ...this.held, maybeReleased: true };
      return;
    }
    const mayHoldUnknown = this.pending.size > 0;
    if (before === 'none' && !namesLease && !mayHoldUnknown) this.complain('release', 'was answered without a lease');
    // Without a name the release may have ended a lease that this user does not know yet.
    if (this.held !== undefined && namesLease) this.spent.push(this.held.key);
    this.held = undefined;
  }

  private async renew(): Promise<void> {
    const before = this.belief();
    const minutes = 30 + Math.floor(this.world.random() * 60);
    const startSec = this.nowSec();
    const outcome = await this.counted('renew', ({ lending }) => {
      return lending.renew({ userId: this.userId, minutes }, randomUUID());
    });
    if ('answer' in outcome) {
      this.acceptRenewal(outcome.answer, before);
      return;
    }
    this.acceptRefusedHolder('renew', outcome.refusal, before);
    if (isLost(outcome)) this.addEnds(secondsFrom(startSec, this.nowSec()).map((sec) => sec + minutes * 60));
  }

  private async find(): Promise<void> {
    const before = this.belief();
    const outcome = await this.counted('find', ({ lending }) => lending.leaseOf(this.userId, 'r-1'));
    if ('answer' in outcome) this.adoptOrComplain('find', outcome.answer.lease, before);
    else this.acceptRefusedHolder('find', outcome.refusal, before);
  }

  private acceptGrant({ lease }: OpenGrant, key: string, before: Belief): void {
    if (lease.idempotency?.key !== key) this.complain('acquire', `got the lease ${lease.id} of another request`);
    if (this.spent.includes(key)) this.complain('acquire', `got ${lease.id} under a spent key`);
    if (this.heldThroughout(before) && this.held?.id !== lease.id)
      this.complain('acquire', `got ${lease.id} beside ${this.held?.id ?? ''}`);
    this.pending.delete(key);
    if (this.held?.id !== lease.id) this.hold(lease);
  }

  /** A renewed lease is the one that the borrower holds, and its end is certain again. */
  private acceptRenewal(lease: Lease, before: Belief): void {
    if (lease.id === this.held?.id) this.addEnds([lease.expiresAtSec]);
    this.adoptOrComplain('renew', lease, before);
    if (this.held !== undefined) this.held = { ...this.held, ends: new Set([lease.expiresAtSec]) };
  }

  private acceptRefusedAcquire(refusal: Refusal, key: string, before: Belief): void {
    switch (refusal.code) {
      case 'already_allocated':
        this.adoptOrComplain('acquire', refusal.lease, before);
        return;
      case 'pool_empty':
        if (this.heldThroughout(before)) this.complain('acquire', `pool_empty beside ${this.held?.id ?? ''}`);
        this.pending.delete(key);
        return;
      case 'store_unavailable':
        // Whatever becomes of a late duplicate, it must not lend.
        if (!this.spent.includes(key)) this.pending.add(key);
        return;
      case 'idempotency_key_spent':
        this.acceptSpent(key, before);
        return;
      case 'no_lease':
        // The lease may have ended while its login key was being made.
        if (this.heldThroughout(before)) this.complain('acquire', refusal.code);
        return;
      default:
        this.complain('acquire', refusal.code);
    }
  }

  /** The lease of the key must have been granted, in an answer that got lost perhaps, and must be over. */
  private acceptSpent(key: string, before: Belief): void {
    const isHeld = this.held?.key === key;
    if (isHeld && this.heldThroughout(before))
      this.complain('acquire', `calls the key of ${this.held?.id ?? ''} spent`);
    if (!isHeld && !this.pending.has(key) && !this.spent.includes(key))
      this.complain('acquire', 'calls a key spent that was never used');
    this.pending.delete(key);
    if (!this.spent.includes(key)) this.spent.push(key);
    if (isHeld) this.held = undefined;
  }

  private acceptRefusedHolder(operation: string, { code }: Refusal, before: Belief): void {
    if (code === 'store_unavailable') return;
    const isOver = code === 'no_lease' || (code === 'lease_superseded' && this.pending.size > 0);
    if (!isOver || this.heldThroughout(before)) this.complain(operation, code);
    else this.held = undefined;
  }

  /** A lease that is new to the borrower is right only if an acquire made it whose answer was lost. */
  private adoptOrComplain(operation: string, lease: Lease, before: Belief): void {
    if (lease.id !== this.held?.id) {
      if (this.isFromLostAnswer(lease) && !this.heldThroughout(before)) this.hold(lease);
      else this.complain(operation, `showed ${lease.id}, which no acquire had returned`);
    } else if (before === 'none' || !this.held.ends.has(lease.expiresAtSec)) {
      this.complain(operation, `showed ${lease.id} until ${String(lease.expiresAtSec)}`);
    }
  }

  private isFromLostAnswer({ idempotency }: Lease): boolean {
    return idempotency !== undefined && this.pending.has(idempotency.key);
  }

  /** Reads the table without the store, so that an answer is believed only if it is true there. */
  private async compareWithTable(): Promise<void> {
    const before = this.belief();
    const lease = await this.world.lookUp(this.userId, this.nowSec());
    if (lease === undefined) {
      if (this.heldThroughout(before)) this.complain('table', `has lost ${this.held?.id ?? ''}`);
    } else if (lease.id !== this.held?.id) {
      if (!this.isFromLostAnswer(lease)) this.complain('table', `has ${lease.id}, which no acquire had returned`);
    } else if (!this.held.ends.has(lease.expiresAtSec)) {
      const ends = [...this.held.ends].join(' or ');
      this.complain('table', `ends ${lease.id} at ${String(lease.expiresAtSec)}, not ${ends}`);
    }
  }

  private hold({ id, idempotency, expiresAtSec }: Lease): void {
    this.held = { id, key: idempotency?.key ?? '', ends: new Set([expiresAtSec]), maybeReleased: false };
  }

  private addEnds(more: readonly number[]): void {
    if (this.held !== undefined) this.held = { ...this.held, ends: new Set([...this.held.ends, ...more]) };
  }

  private belief(): Belief {
    if (this.held === undefined) return 'none';
    const nowSec = this.nowSec();
    const ends = [...this.held.ends];
    if (ends.every((endSec) => endSec <= nowSec)) return 'none';
    return this.held.maybeReleased || ends.some((endSec) => endSec <= nowSec) ? 'uncertain' : 'live';
  }

  /** A lease that is live before and after a call was live during the whole call. */
  private heldThroughout(before: Belief): boolean {
    return before === 'live' && this.belief() === 'live';
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

/** @param share - random number from 0 up to but not including 1 */
function moveAt(share: number): Move {
  return MOVES.find(({ below }) => share < below)?.move ?? 'release';
}

/** Nobody knows whether the call took effect. */
function isLost(outcome: Outcome<unknown>): boolean {
  return 'refusal' in outcome && outcome.refusal.code === 'store_unavailable';
}

function secondsFrom(firstSec: number, lastSec: number): number[] {
  return Array.from({ length: Math.max(0, lastSec - firstSec + 1) }, (_, index) => firstSec + index);
}

/** Minutes from 1 to 60, always the same for a key: a retry must send the same parameters. */
function minutesOf(key: string): number {
  return 1 + (Number.parseInt(key.slice(0, 4), 16) % 60);
}
