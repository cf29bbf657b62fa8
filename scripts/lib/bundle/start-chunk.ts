import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Metafile, Plugin } from 'esbuild';

/** The modules of a bundle by when they are loaded; files from the root of the checkout. */
interface Loading {
  /** Loaded by every start, the entry itself excluded. */
  readonly atStart: ReadonlySet<string>;
  /** What `import()` names, to be loaded later. */
  readonly later: ReadonlySet<string>;
}

/**
 * Puts all that a start loads into one file beside the entry. esbuild makes a file for each set of modules that the same
 * imports share: a dozen small ones, and each takes a cold start some 0.3 ms. Here each later module imports all
 * modules of the start, which are loaded by then, so that all modules of the start are shared by the same imports.
 *
 * @param metafile - of the same bundle without this plugin
 */
export function startChunk({ inputs }: Metafile, entry: string, root: string): Plugin {
  const { atStart, later } = loadingOf(inputs, entry);
  const start = [...atStart].map((file) => `import ${JSON.stringify(`start:${path.join(root, file)}`)};`).join('\n');
  return {
    name: 'start-chunk',
    setup(bundler) {
      bundler.onLoad({ filter: /[.]ts$/ }, async ({ path: file }) => {
        if (!later.has(path.relative(root, file))) return undefined;
        return { contents: `${await readFile(file, 'utf8')}\n${start}\n`, loader: 'ts' };
      });
      // esbuild drops the code of an import that nobody uses, and still groups modules by it.
      bundler.onResolve({ filter: /^start:/ }, ({ path: name }) => ({ path: name.slice(6) }));
    },
  };
}

function loadingOf(inputs: Metafile['inputs'], entry: string): Loading {
  const atStart = new Set<string>();
  const later = new Set<string>();
  const follow = (file: string) => {
    for (const { path: imported, kind } of inputs[file]?.imports ?? []) {
      if (kind === 'dynamic-import') later.add(imported);
      else if (inputs[imported] !== undefined && !atStart.has(imported)) {
        atStart.add(imported);
        follow(imported);
      }
    }
  };
  follow(entry);
  for (const { imports } of Object.values(inputs)) {
    for (const { path: imported, kind } of imports) if (kind === 'dynamic-import') later.add(imported);
  }
  return { atStart: new Set([...atStart].filter((file) => file.endsWith('.ts'))), later };
}
