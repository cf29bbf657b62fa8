import { CommanderError } from 'commander';
import type { Context } from './context.ts';
import { EXIT } from './exit-codes.ts';
import type { GlobalOptions } from './options.ts';
import { createProgram } from './program.ts';
import type { Given, Verb } from './verb.ts';
import { VERBS } from './verbs.ts';
import type { World } from './world.ts';

/**
 * Runs one command line to its end.
 *
 * @param args - without the names of program and script
 * @returns the exit code
 */
export async function run(args: readonly string[], world: World): Promise<number> {
  if (args[0] === 'complete') return completeLine(args, world);
  let code: number = EXIT.done.code;
  const { own, command } = split(args);
  const program = createProgram(own, world, async (verb, given, globals) => {
    code = await carryOut(verb, { ...given, command }, globals, world);
  });
  try {
    await program.parseAsync(own, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done.code : EXIT.misused.code;
    throw error;
  }
}

/** What the shell asks on Tab, as `vm-pool complete -- WORDS`. It is not a verb: nobody types it. */
async function completeLine(args: readonly string[], world: World): Promise<number> {
  const { complete } = await import('./completion/complete.ts');
  await complete(args.slice(2), world);
  return EXIT.done.code;
}

/** Commander drops `--` before it knows the verb, so the command behind it is kept apart: its options are not ours. */
function split(args: readonly string[]): { readonly own: readonly string[]; readonly command: readonly string[] } {
  const at = args.indexOf('--');
  const own = args.slice(0, at);
  const takesCommand = at >= 0 && VERBS.some(({ name, takes }) => takes !== undefined && own.includes(name));
  return takesCommand ? { own, command: args.slice(at + 1) } : { own: args, command: [] };
}

async function carryOut(verb: Verb, given: Given, globals: GlobalOptions, world: World): Promise<number> {
  let context: Context | undefined;
  try {
    const { createContext } = await import('./context.ts');
    context = await createContext(globals, world);
    const { run: carryOutVerb } = await verb.load();
    return (await carryOutVerb(context, given as Given<never>)) ?? EXIT.done.code;
  } catch (error) {
    const { explain } = await import('./explain.ts');
    return explain(error, verb.name, context?.settings, globals, world);
  }
}
