import path from 'node:path';
import type { World } from '../world.ts';

/**
 * The settings file.
 *
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function settingsFile({ env, home }: Pick<World, 'env' | 'home'>): string {
  if (env.VM_POOL_CONFIG) return env.VM_POOL_CONFIG;
  return path.join(baseFolder(env.XDG_CONFIG_HOME, path.join(home, '.config')), 'vm-pool', 'config.yml');
}

/** The folder of tokens, keys and certificates. */
export function stateFolder({ env, home }: Pick<World, 'env' | 'home'>): string {
  return path.join(baseFolder(env.XDG_STATE_HOME, path.join(home, '.local', 'state')), 'vm-pool');
}

/** The specification has a relative path ignored. */
function baseFolder(named: string | undefined, usual: string): string {
  return named !== undefined && path.isAbsolute(named) ? named : usual;
}
