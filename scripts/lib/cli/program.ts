import { Argument, Command, Option } from 'commander';
import manifest from '../../../package.json' with { type: 'json' };
import { EXIT } from './exit-codes.ts';
import type { GlobalOptions } from './options.ts';
import { GLOBAL_OPTIONS } from './options.ts';
import type { Example, Given, Verb } from './verb.ts';
import { GROUPS } from './verb.ts';
import { VERBS } from './verbs.ts';
import type { ArgumentDeclaration, OptionDeclaration } from './words.ts';
import type { Sink, World } from './world.ts';

/** Carries out a verb that the command line names. */
export type Act = (verb: Verb, given: Omit<Given, 'command'>, globals: GlobalOptions) => Promise<void>;

const WIDTH = 100;

/**
 * The command line as its declarations say. Parsing throws a CommanderError where the process would end.
 *
 * @param args - to be parsed; verbs that they don't name get no options, which would take a third of the time to help
 * @see https://github.com/tj/commander.js
 */
export function createProgram(args: readonly string[], world: Pick<World, 'stdout' | 'stderr'>, act: Act): Command {
  const program = new Command('vm-pool')
    .description(manifest.description)
    .version(manifest.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain this command')
    .addHelpCommand(helpCommand())
    .addHelpText('after', epilogue())
    .showHelpAfterError('--help shows what is possible')
    .configureHelp({ showGlobalOptions: true, subcommandTerm: termOf })
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: (text) => world.stderr.write(text),
      getOutHelpWidth: () => widthOf(world.stdout),
      getErrHelpWidth: () => widthOf(world.stderr),
      outputError: (text, write) => {
        write(text.replace(/^error: /, 'vm-pool: '));
      },
    })
    .exitOverride();
  for (const option of GLOBAL_OPTIONS) program.addOption(optionOf(option));
  for (const verb of VERBS) {
    const command = program.command(verb.name).summary(verb.summary).helpGroup(GROUPS[verb.group]);
    if (args.includes(verb.name)) describe(command, verb, program, act);
  }
  return program;
}

/** `vm-pool help get`, for those who expect it. */
function helpCommand(): Command {
  return new Command('help').argument('[command]').description('explain a command').helpGroup(GROUPS.setUp);
}

/** A verb in the list of all: its options stand in its own help. */
function termOf(command: Command): string {
  return command.name();
}

function describe(command: Command, verb: Verb, program: Command, act: Act): void {
  command
    .description([sentence(verb.summary), verb.details].filter(Boolean).join('\n\n'))
    .addHelpText('after', `\nExamples:\n${examples(verb.examples)}`);
  for (const word of verb.words ?? []) command.addArgument(argumentOf(word));
  for (const option of verb.options ?? []) command.addOption(optionOf(option));
  if (verb.takes === 'command') command.usage('[options] -- <command...>');
  if (verb.takes === 'ssh') command.usage('[options] [ssh options] [-- command...]').allowUnknownOption();
  command.action(async () => {
    await act(verb, { words: command.processedArgs as Given['words'], options: command.opts() }, program.opts());
  });
}

function optionOf({ flags, summary, parse, choices, byDefault, isRequired = false }: OptionDeclaration): Option {
  const option = new Option(flags, summary).default(byDefault).makeOptionMandatory(isRequired);
  if (choices !== undefined) option.choices(choices);
  return parse === undefined ? option : option.argParser(parse);
}

function argumentOf({ name, summary, choices }: ArgumentDeclaration): Argument {
  const argument = new Argument(name, summary);
  return choices === undefined ? argument : argument.choices(choices);
}

function widthOf({ columns }: Sink): number {
  return columns ?? WIDTH;
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function examples(list: readonly Example[]): string {
  return list.map(({ line, does }) => `  ${line}\n      ${does}`).join('\n');
}

function epilogue(): string {
  const codes = Object.values(EXIT).map(({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`);
  return `
Settings come from options, then from the environment, then from the profile in the settings file
($VM_POOL_CONFIG, or ~/.config/vm-pool/config.yml).

Exit codes:
${codes.join('\n')}`;
}
