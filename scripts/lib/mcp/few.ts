import { ToolError } from './tool-error.ts';

/** Lets only a few commands run at a time. */
export class Few {
  private running = 0;

  constructor(private readonly most: number) {}

  /** @throws {@link ToolError} when as many run already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.most) {
      throw new ToolError(`${this.most} commands run already.`, 'Wait until one has ended.');
    }
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
    }
  }
}
