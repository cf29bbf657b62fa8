import type { Context } from './context.ts';
import type { ArgumentDeclaration, OptionDeclaration } from './words.ts';

/** A command line, and what it does. */
export interface Example {
  readonly line: string;
  readonly does: string;
}

/** The headings under which `--help` lists the verbs. */
export const GROUPS = {
  borrow: 'Borrow a VM:',
  use: 'Use it:',
  operate: 'Run the pool, as an operator:',
  setUp: 'Set up:',
} as const;

/** What the command line gives a verb: its arguments as they come, its options by their names in camel case. */
export interface Given<Options = Readonly<Record<string, unknown>>> {
  /** An argument that may be left out is undefined; one that takes many is a list. */
  readonly words: readonly (string | readonly string[] | undefined)[];
  readonly options: Options;
  /** The words behind `--`, of a verb that takes a command. */
  readonly command: readonly string[];
}

/** Carries out a verb. @returns the exit code when it is not 0 */
export type Run<Options = Readonly<Record<string, never>>> = (
  context: Context,
  given: Given<Options>,
) => Promise<number | undefined>;

/** A verb of the command line. Its module is loaded when it runs, so that `--help` costs nothing. */
export interface Verb {
  readonly name: string;
  readonly group: keyof typeof GROUPS;
  /** One sentence without a full stop; the README and `--help` show it. */
  readonly summary: string;
  /** What else `--help` of the verb says. */
  readonly details?: string;
  readonly words?: readonly ArgumentDeclaration[];
  readonly options?: readonly OptionDeclaration[];
  /** Takes a command behind `--`; `ssh` takes options of ssh before it, too. */
  readonly takes?: 'command' | 'ssh';
  readonly examples: readonly Example[];
  readonly load: () => Promise<{ readonly run: Run<never> }>;
}
