import type { Metafile } from 'esbuild';
import { LAZY } from './lazy-valibot.ts';

/** Files of a bundle by path, with what they are made of. */
export type Outputs = ReadonlyMap<string, Metafile['outputs'][string]>;

/** The files that are imported: esbuild makes one for each `import()`, also for those in code that it drops. */
export function usedOutputs({ outputs }: Metafile, entries: readonly string[]): Outputs {
  const found = new Map<string, Metafile['outputs'][string]>();
  const follow = (file: string) => {
    const output = outputs[file];
    if (output === undefined || found.has(file)) return;
    found.set(file, output);
    for (const { path: imported } of output.imports) follow(imported);
  };
  entries.forEach(follow);
  return found;
}

/** The sources that left code in the bundle. */
export function sourcesOf(outputs: Outputs): string[] {
  return [...outputs.values()].flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([source]) => source.replace(LAZY, '')),
  );
}
