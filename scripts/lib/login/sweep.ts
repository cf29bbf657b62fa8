/** Removes the folders of leases that have ended. A process that was killed could not. */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** File of a folder that says when its lease ends. */
export const EXPIRES_AT = 'expires-at';

/** Another process may have renewed the lease and not have written so yet, milliseconds. */
const GRACE_MS = 10 * 60_000;

/** Without a known end, a folder goes when nothing was written to it for so long, milliseconds. */
const UNKNOWN_MS = 24 * 3_600_000;

/** Removes the folders of leases that have ended. */
export async function sweep(parent: string, nowMs = Date.now()): Promise<void> {
  for (const entry of await readdir(parent, { withFileTypes: true })) {
    const folder = path.join(parent, entry.name);
    if (entry.isDirectory() && (await deadSinceMs(folder)) < nowMs) await rm(folder, { recursive: true, force: true });
  }
}

/** From when on a folder may go; never, when it vanishes meanwhile. */
async function deadSinceMs(folder: string): Promise<number> {
  const expiresAt = await readFile(path.join(folder, EXPIRES_AT), 'utf8').catch(() => '');
  const expiresAtMs = Date.parse(expiresAt.trim());
  if (!Number.isNaN(expiresAtMs)) return expiresAtMs + GRACE_MS;
  return (await changedMs(folder)) + UNKNOWN_MS;
}

/** When something was last written to a folder. */
async function changedMs(folder: string): Promise<number> {
  const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Infinity }));
  return mtimeMs;
}

/** The lease whose folder was changed last; undefined when there is none. */
export async function newestLease(parent: string): Promise<string | undefined> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('new-'))
    .map(({ name }) => name);
  const aged = await Promise.all(names.map(async (name) => ({ name, ms: await changedMs(path.join(parent, name)) })));
  return aged.sort((a, b) => b.ms - a.ms)[0]?.name;
}
