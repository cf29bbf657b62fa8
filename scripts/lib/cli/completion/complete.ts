import { RootCommand } from '@bomb.sh/tab';
import type { GlobalOptions } from '../options.ts';
import { GLOBAL_OPTIONS } from '../options.ts';
import { createProgram } from '../program.ts';
import { VERBS } from '../verbs.ts';
import type { ArgumentDeclaration, Completion, OptionDeclaration } from '../words.ts';
import type { World } from '../world.ts';
import { printedBy } from './printed.ts';

/** How the shells' scripts read an answer: `:4` at its end keeps them from proposing files. */
const NO_FILES = ':4';
const FILES = ':0';

/** Longest that somebody waits for a proposal. */
const PATIENCE_MS = 1_500;

type Values = (kind: Completion) => readonly string[];

/**
 * Proposes what a command line may go on with, as the script of the shell asks it.
 *
 * @param words - of the command line after `vm-pool`; the last one is incomplete, and may be empty
 * @see https://bomb.sh/docs/tab/
 */
export async function complete(words: readonly string[], world: World): Promise<void> {
  const proposals = words.slice(0, -1).includes('--') ? [] : await proposalsFor(words, world);
  world.stdout.write([...proposals, proposals.length === 0 ? FILES : NO_FILES, ''].join('\n'));
}

async function proposalsFor(words: readonly string[], world: World): Promise<readonly string[]> {
  let wanted: Completion | undefined;
  const first = proposed(words, (kind) => {
    wanted = kind;
    return [];
  });
  if (wanted === undefined) return first;
  const values = await namesOf(wanted, words, world);
  return proposed(words, () => values);
}

function proposed(words: readonly string[], values: Values): readonly string[] {
  const root = new RootCommand();
  for (const option of GLOBAL_OPTIONS) addOption(root, option, values);
  for (const verb of VERBS) {
    const command = root.command(verb.name, verb.summary);
    for (const option of [...(verb.options ?? []), ...GLOBAL_OPTIONS]) addOption(command, option, values);
    for (const { name, choices, completes } of verb.words ?? []) {
      command.argument(name, handlerOf({ choices, completes }, values), name.includes('...'));
    }
  }
  const lines = printedBy(() => {
    root.parse([...words]);
  });
  return lines.slice(0, -1);
}

function addOption(command: Pick<RootCommand, 'option'>, option: OptionDeclaration, values: Values): void {
  const [, short, long = '', value] = /^(?:-(\w), )?--([\w-]+)(?: (.+))?$/.exec(option.flags) ?? [];
  if (value !== undefined) command.option(long, option.summary, handlerOf(option, values), short);
  else if (short !== undefined) command.option(long, option.summary, short);
  else command.option(long, option.summary);
}

function handlerOf({ choices = [], completes }: Pick<ArgumentDeclaration, 'choices' | 'completes'>, values: Values) {
  return (propose: (value: string, description: string) => void) => {
    for (const value of completes === undefined ? choices : values(completes)) propose(value, '');
  };
}

/** Names of pools, profiles or VMs. None where the service is slow, away, or does not know the caller. */
async function namesOf(kind: Completion, words: readonly string[], world: World): Promise<readonly string[]> {
  const program = createProgram(words, world, async () => undefined);
  program.parseOptions([...words]);
  const options = program.opts<GlobalOptions>();
  const { findNames } = await import('./names.ts');
  const signal = AbortSignal.any([world.signal, AbortSignal.timeout(PATIENCE_MS)]);
  return findNames(kind, options, { ...world, signal }).catch(() => []);
}
