import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const UNFINISHED = '.unfinished';

/** Makes a folder hold exactly these files, while somebody may be loading them. */
export async function fill(folder: string, wanted: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, contents] of wanted) await writeWhole(path.join(folder, name), contents);
  const extra = (await readdir(folder)).filter((name) => !wanted.has(name) && !name.endsWith(UNFINISHED));
  await Promise.all(extra.map((name) => rm(path.join(folder, name), { force: true })));
}

/** Writes a file that nobody ever sees half of, also when two builds run at once. */
export async function writeWhole(file: string, contents: Uint8Array | string): Promise<void> {
  const unfinished = `${file}-${process.pid}${UNFINISHED}`;
  await writeFile(unfinished, contents);
  await rename(unfinished, file);
}
