import { readFile } from 'node:fs/promises';
import { sha256Of } from './parse.ts';
import type { ReadInventory } from './source.ts';

/** Reads an inventory from a file of this computer. */
export function inventoryFile(path: string): ReadInventory {
  return async (known) => {
    const text = await readFile(path, 'utf8');
    const etag = sha256Of(text);
    return etag === known ? 'not-modified' : { etag, text };
  };
}
