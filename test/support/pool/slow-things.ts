/** Things that take their time: a test decides when each is over, and its clock does at the latest. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../lambda/pool/ports.ts';

interface SlowThing {
  readonly endsMs: number;
  readonly end: () => void;
}

/** Turns of the event loop after which everything that can go on has gone on. */
const TURNS = 4;

/** The time of a test, and all that waits in it. */
export class SlowThings {
  nowMs: number;
  /** Calls of the database that are under way. */
  private calls = 0;
  private things: readonly SlowThing[] = [];

  constructor(startSec: number) {
    this.nowMs = startSec * 1000;
  }

  /** No two looks at this clock show the same time. */
  readonly clock: Clock = () => this.nowMs++;

  /** Waits until the test ends it, at most so long. */
  async wait(limitSec: number): Promise<void> {
    const endsMs = this.nowMs + limitSec * 1000;
    await new Promise<void>((resolve) => {
      const thing = {
        endsMs,
        end: () => {
          this.things = this.things.filter((other) => other !== thing);
          resolve();
        },
      };
      this.things = [...this.things, thing];
    });
  }

  /** Makes a call that is over in real time, without a moment of the test's own. */
  async call<Answer>(make: () => Promise<Answer>): Promise<Answer> {
    this.calls += 1;
    try {
      return await make();
    } finally {
      this.calls -= 1;
    }
  }

  /** Ends the slow thing that began last, and lets everything go on that waited for it. */
  async endOne(): Promise<void> {
    this.things.at(-1)?.end();
    await this.settle();
  }

  /** Lets time pass. What is over by then ends at its own moment. @param onEnd - called after each such end */
  async pass(seconds: number, onEnd: () => Promise<void>): Promise<void> {
    const endMs = this.nowMs + seconds * 1000;
    for (let next = this.endingBy(endMs); next !== undefined; next = this.endingBy(endMs)) {
      this.nowMs = Math.max(this.nowMs, next.endsMs);
      next.end();
      await this.settle();
      await onEnd();
    }
    this.nowMs = Math.max(this.nowMs, endMs);
  }

  /** Waits until everything waits for a slow thing, or is over. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < TURNS; quiet = this.calls === 0 ? quiet + 1 : 0) await turn();
  }

  private endingBy(endMs: number): SlowThing | undefined {
    return [...this.things].sort((one, other) => one.endsMs - other.endsMs).find(({ endsMs }) => endsMs <= endMs);
  }
}
