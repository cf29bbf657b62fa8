/** A process that dies at one of its calls to the outside, before the call is made or after it. */
export class Mortal {
  /** Over when the process is dead. */
  readonly death: Promise<void>;
  private isDead = false;
  private die: () => void = () => undefined;

  /**
   * @param callsLeft - the number of the call at which it dies
   * @param isDone - whether that call is still made
   */
  constructor(
    private callsLeft: number,
    private readonly isDone: boolean,
  ) {
    this.death = new Promise((resolve) => {
      this.die = resolve;
    });
  }

  /** The same object as the process sees it: from its death on no call is made, and none is answered. */
  wrap<Target extends object>(target: Target, methods: readonly (keyof Target)[]): Target {
    const wrapped = Object.create(target) as Target;
    for (const name of methods) {
      const method = (target[name] as (...args: unknown[]) => Promise<unknown>).bind(target);
      Object.defineProperty(wrapped, name, { value: async (...args: unknown[]) => this.made(() => method(...args)) });
    }
    return wrapped;
  }

  private async made<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    if (this.isDead) return NEVER;
    this.callsLeft -= 1;
    if (this.callsLeft > 0) return this.answered(await call());
    this.isDead = true;
    if (this.isDone) await call();
    this.die();
    return NEVER;
  }

  private answered<Answer>(answer: Answer): Answer | Promise<never> {
    return this.isDead ? NEVER : answer;
  }
}

const NEVER = new Promise<never>(() => undefined);
