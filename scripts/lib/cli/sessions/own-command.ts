import path from 'node:path';
import type { Context } from '../context.ts';

/** Variables without which the command line would find other settings. */
const VARIABLES = ['VM_POOL_CONFIG', 'XDG_CONFIG_HOME', 'AWS_PROFILE'];

/** Words of a command that starts this command line again, from anywhere, with the same settings. */
export function ownCommand({ env, settings, stateFolder }: Context, words: readonly string[]): string[] {
  const variables = VARIABLES.flatMap((name) => (env[name] ? [`${name}=${env[name]}`] : []));
  // What is written must lie where the configuration reads it, also under sudo.
  variables.push(`XDG_STATE_HOME=${path.dirname(stateFolder)}`);
  const { execPath, execArgv, argv } = process;
  return [
    ...['env', ...variables],
    ...[execPath, ...execArgv, argv[1] ?? ''],
    ...['--url', settings.url],
    ...(settings.user === undefined ? [] : ['--user', settings.user]),
    ...(settings.profile === undefined ? [] : ['--profile', settings.profile]),
    ...words,
  ];
}
