/** A configuration of ssh that stays the same: it has the login renewed, then reads what that has written. */
import { mkdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { LoginFault } from './fault.ts';
import { writePrivately } from './private-file.ts';
import type { Session } from './session.ts';
import { hostBlock, isKeyForgotten, ownSettings, quotedPath } from './ssh-config.ts';

/** Names of one configuration, and its files. */
export interface Renewing {
  /** What stands behind `ssh`. */
  readonly alias: string;
  /** Folder of all such configurations. */
  readonly folder: string;
  /** Words of the command that writes {@link hostFileOf}, and fails when there is no VM to log in to. */
  readonly command: readonly string[];
}

/** Connections that follow each other so closely share one renewal, milliseconds. */
const FRESH_MS = 30_000;

/** Where the block of the VM lies that is held now. */
export function hostFileOf({ alias, folder }: Pick<Renewing, 'alias' | 'folder'>): string {
  return path.join(folder, `${alias}.host`);
}

/**
 * The block that has the login renewed before each connection. `host` compares the name after any `HostName`: in a
 * file that names the VM already, such as that of `vm-pool ssh`, nothing is renewed twice.
 *
 * @see https://man.openbsd.org/ssh_config#Match
 */
export function renewingBlock(config: Renewing): string {
  const { alias, command } = config;
  const line = command.map(shellWord).join(' ').replaceAll('%', '%%');
  return [
    // Editors and shells list hosts by such lines.
    `Host ${alias}`,
    '  StrictHostKeyChecking yes',
    `Match host "${alias},${alias}-*" exec "${line}"`,
    `  Include ${quotedPath(hostFileOf(config), 'Include')}`,
    '',
  ].join('\n');
}

/** The same as a whole file, for `ssh -F`. @returns the path */
export async function writeWhole(config: Renewing): Promise<string> {
  const file = path.join(await made(config.folder), `${config.alias}.whole`);
  await writePrivately(file, `${renewingBlock(config)}\n${ownSettings()}`);
  return file;
}

/** Writes the block of the VM that is held, for {@link renewingBlock} to read. */
export async function writeHost(config: Pick<Renewing, 'alias' | 'folder'>, session: Session): Promise<void> {
  await made(config.folder);
  await writePrivately(hostFileOf(config), hostBlock(config.alias, session.vm, session.files));
}

/** Removes that block, when the VM has gone. */
export async function removeHost(config: Pick<Renewing, 'alias' | 'folder'>): Promise<void> {
  await rm(hostFileOf(config), { force: true });
}

/** Whether the login was renewed a moment ago and is still there. */
export async function isFresh(config: Pick<Renewing, 'alias' | 'folder'>, withinMs = FRESH_MS): Promise<boolean> {
  const file = hostFileOf(config);
  try {
    const ageMs = Date.now() - (await stat(file)).mtimeMs;
    const block = await readFile(file, 'utf8');
    const [, knownHosts = ''] = /UserKnownHostsFile "(.*)"/.exec(block) ?? [];
    await stat(knownHosts.replaceAll('%%', '%'));
    return ageMs < withinMs && !isKeyForgotten(block, Date.now());
  } catch {
    return false;
  }
}

/** Writes the block, and has the user's own configuration include it. @returns the files that changed */
export async function install(config: Renewing, home: string): Promise<readonly string[]> {
  const block = path.join(await made(config.folder), `${config.alias}.conf`);
  await writePrivately(block, renewingBlock(config));
  const folder = path.join(home, '.ssh');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // People keep their settings elsewhere, behind a link.
  const file = await realpath(path.join(folder, 'config')).catch(() => path.join(folder, 'config'));
  const text = await readFile(file, 'utf8').catch(absent);
  const include = `Include ${quotedPath(path.join(config.folder, '*.conf'), 'Include')}`;
  if (text.split('\n').includes(include)) return [block];
  // On top: behind a Host line it would count for that host only.
  await writePrivately(file, `${include}\n\n${text}`);
  return [block, file];
}

function absent(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}

async function made(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** A word as every shell and every version of ssh reads it between double quotes. */
function shellWord(word: string): string {
  if (/^[A-Za-z0-9_./:=@,+%-]+$/.test(word)) return word;
  // eslint-disable-next-line no-control-regex -- they would begin another line
  if (/['"\\\x00-\x1f\x7f]/.test(word))
    throw new LoginFault(`ssh can't start a command with ${JSON.stringify(word)} in it`);
  return `'${word}'`;
}
