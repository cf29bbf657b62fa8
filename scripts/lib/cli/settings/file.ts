import { readFile } from 'node:fs/promises';
import { misuse } from '../command-error.ts';
import type { SettingsFile } from './profile.ts';

const NO_FILE: SettingsFile = { profiles: {} };

/**
 * Reads the settings file.
 *
 * @param isNamed - whether somebody has named the file, so that it must exist
 * @throws CommandError that names each fault with its line
 */
export async function readSettingsFile(file: string, isNamed: boolean): Promise<SettingsFile> {
  const text = await textOf(file, isNamed);
  if (text === undefined) return NO_FILE;
  const { parseSettingsFile } = await import('./parse.ts');
  return parseSettingsFile(text, file);
}

async function textOf(file: string, isNamed: boolean): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !isNamed) return undefined;
    throw misuse(`the settings file can't be read: ${message}`);
  }
}
