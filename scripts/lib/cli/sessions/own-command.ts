import type { Context } from '../context.ts';

/** Variables without which the command line would find other settings or another state. */
const VARIABLES = ['VM_POOL_CONFIG', 'XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'AWS_PROFILE'];

/** Words of a command that starts this command line again, from anywhere, with the same settings. */
export function ownCommand({ env, settings }: Context, words: readonly string[]): string[] {
  const variables = VARIABLES.flatMap((name) => (env[name] ? [`${name}=${env[name]}`] : []));
  const { execPath, execArgv, argv } = process;
  return [
    ...(variables.length > 0 ? ['env', ...variables] : []),
    ...[execPath, ...execArgv, argv[1] ?? ''],
    ...['--url', settings.url],
    ...(settings.user === undefined ? [] : ['--user', settings.user]),
    ...(settings.profile === undefined ? [] : ['--profile', settings.profile]),
    ...words,
  ];
}
