import type { Formatter } from 'picocolors/types.js';
import { visible, wantsColour } from '../../logs/terminal.ts';
import type { GlobalOptions } from '../options.ts';
import type { World } from '../world.ts';
import { printable } from './printable.ts';
import type { Progress } from './progress.ts';

/** Marks text for eyes; does nothing where there are no colours. */
export type Style = Readonly<Record<'bold' | 'dim' | 'green' | 'red' | 'yellow', Formatter>>;

/** Makes an answer readable. Its texts are printable already. */
export type Render<Body> = (body: Body, style: Style, nowMs: number) => string;

/** Prints for people, or for programs. */
export class Output {
  readonly isJson: boolean;
  private readonly isQuiet: boolean;
  private readonly wantsColour: boolean;

  constructor(
    { json, quiet, color }: Pick<GlobalOptions, 'json' | 'quiet' | 'color'>,
    private readonly world: Pick<World, 'env' | 'stdout' | 'stderr' | 'clock'>,
  ) {
    this.isJson = json === true;
    this.isQuiet = quiet === true;
    this.wantsColour = color;
  }

  /** Prints what the API has answered: as it is with `--json`, else as `render` shows it. */
  async answer<Body>(body: Body, render: Render<Body>): Promise<void> {
    if (this.isJson) this.json(body);
    else this.print(render(printable(body), await this.style(), this.world.clock()));
  }

  /** Prints one JSON document. Escapes in it keep its value, and keep it from acting on a terminal. */
  json(body: unknown): void {
    this.print(visible(JSON.stringify(body, null, 2), '\n'));
  }

  /** Prints lines that are printable already. */
  print(lines: string): void {
    this.world.stdout.write(`${lines}\n`);
  }

  /** Says something beside the answer. */
  note(sentence: string): void {
    if (!this.isQuiet) this.world.stderr.write(`${visible(sentence)}\n`);
  }

  /** Asks the user to do something; this is not a hint, so `--quiet` keeps it. */
  readonly ask = (lines: string): void => {
    this.world.stderr.write(`${visible(lines, '\n')}\n`);
  };

  /** Says what the command waits for, until it is stopped. */
  async progress(): Promise<Progress> {
    const { spinning, plain, silent } = await import('./progress.ts');
    const { stderr, env } = this.world;
    if (this.isQuiet) return silent;
    return stderr.isTTY === true && env.TERM !== 'dumb' ? spinning() : plain(stderr);
  }

  private async style(): Promise<Style> {
    const { default: picocolors } = await import('picocolors');
    return picocolors.createColors(
      this.wantsColour && wantsColour({ isTTY: this.world.stdout.isTTY === true }, this.world.env),
    );
  }
}
