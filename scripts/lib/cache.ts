import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * A folder outside the checkout, so that a fresh clone finds there what takes long to fetch or to build:
 * in `VM_POOL_CACHE`, else in the user's cache folder.
 */
export function cacheFolder(...names: string[]): string {
  const userCache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  return path.join(process.env.VM_POOL_CACHE ?? path.join(userCache, 'vm-pool'), ...names);
}

/**
 * Fills a folder of the cache. Two runs at once may both fill a temporary folder; the first one to
 * finish wins, and nobody ever sees half of it.
 *
 * @param fill - puts everything into the empty folder that it is given
 */
export async function fillOnce(folder: string, fill: (emptyFolder: string) => Promise<void>): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  const filling = await mkdtemp(`${folder}-`);
  try {
    await fill(filling);
    await rename(filling, folder).catch((fault: unknown) => {
      if (!existsSync(folder)) throw fault;
    });
  } finally {
    await rm(filling, { recursive: true, force: true });
  }
}
