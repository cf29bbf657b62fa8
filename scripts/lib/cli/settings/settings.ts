import { misuse } from '../command-error.ts';
import type { GlobalOptions } from '../options.ts';
import type { Variables, World } from '../world.ts';
import { settingsFile } from './folders.ts';
import type { Profile, SettingsFile } from './profile.ts';

/** Which deployment to call, as whom, and what to ask for by default. */
export interface Settings {
  /** Base URL of the API, without a slash at its end. */
  readonly url: string;
  /** Who said so: an option, a variable, or a profile in a file. */
  readonly urlFrom: string;
  /** Name of the profile in the settings file. */
  readonly profile?: string | undefined;
  readonly user?: string | undefined;
  readonly operator?: string | undefined;
  readonly pool?: string | undefined;
  readonly minutes?: number | undefined;
  readonly awsProfile?: string | undefined;
}

/** The server on this computer, as `npm start` serves it. */
export const LOCAL = { value: 'http://127.0.0.1:3000/resources', from: 'the default' };

interface Sourced {
  readonly value: string;
  readonly from: string;
}

/**
 * Reads the settings: from options, else from the environment, else from the profile.
 *
 * @throws CommandError that names what is wrong, and where
 */
export async function readSettings(options: GlobalOptions, world: Pick<World, 'env' | 'home'>): Promise<Settings> {
  const env = nonEmpty(world.env);
  const path = settingsFile(world);
  const { readSettingsFile } = await import('./file.ts');
  const file = await readSettingsFile(path, env.VM_POOL_CONFIG !== undefined);
  const { name, profile } = chosenProfile(file, path, options.profile ?? env.VM_POOL_PROFILE);
  const url = firstOf(
    [options.url, '--url'],
    [env.VM_POOL_URL, 'VM_POOL_URL'],
    [profile.url, `profile ${name} in ${path}`],
  );
  return {
    ...profile,
    ...checkedUrl(url ?? LOCAL),
    profile: name === '' ? undefined : name,
    user: options.user ?? env.VM_POOL_USER ?? profile.user,
    operator: options.operator ?? env.VM_POOL_OPERATOR ?? profile.operator,
  };
}

/** A variable that is empty is not set. */
function nonEmpty(env: Variables): Variables {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

function firstOf(...candidates: readonly (readonly [value: string | undefined, from: string])[]): Sourced | undefined {
  for (const [value, from] of candidates) if (value) return { value, from };
  return undefined;
}

function chosenProfile(file: SettingsFile, path: string, wanted: string | undefined) {
  const name = wanted ?? file.profile;
  if (name === undefined) return { name: '', profile: {} as Partial<Profile> };
  const profile = Object.hasOwn(file.profiles, name) ? file.profiles[name] : undefined;
  if (profile !== undefined) return { name, profile };
  const known = Object.keys(file.profiles);
  const there = known.length === 0 ? 'it has no profiles' : `its profiles are ${known.join(', ')}`;
  throw misuse(`there is no profile ${name} in ${path}; ${there}`);
}

/** Takes a URL as people paste it: with or without a slash at its end. */
function checkedUrl({ value, from }: Sourced): Pick<Settings, 'url' | 'urlFrom'> {
  if (!/^https?:\/\/[^?#\s]+$/.test(value) || !URL.canParse(value)) {
    throw misuse(`${from} must be the URL of the API, such as https://.../resources; not ${value}`);
  }
  const { username, password } = new URL(value);
  if (username !== '' || password !== '') throw misuse(`${from} must not contain a user or a password`);
  return { url: value.replace(/\/+$/, ''), urlFrom: from };
}
