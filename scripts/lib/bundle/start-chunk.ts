import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Metafile, Plugin } from 'esbuild';

type Inputs = Metafile['inputs'];

/** Modules that are loaded together, and those that are loaded only after them; files from the root of the checkout. */
interface Group {
  readonly modules: ReadonlySet<string>;
  readonly later: ReadonlySet<string>;
}

/**
 * Puts all that a start loads into one file beside the entry, and what a start with more needs into one file more.
 * esbuild makes a file for each set of modules that the same imports share: a dozen small ones, and each takes a cold
 * start some 0.3 ms. Here each later module imports all modules of the start, which are loaded by then, so that all
 * modules of the start are shared by the same imports.
 *
 * @param metafile - of the same bundle without this plugin
 * @param more - modules that some starts load, each with all that it imports
 */
export function startChunk({ inputs }: Metafile, entry: string, more: readonly string[], root: string): Plugin {
  const start = startOf(inputs, entry);
  const groups = [start, ...more.map((module) => groupOf(inputs, module, start))];
  return {
    name: 'start-chunk',
    setup(bundler) {
      bundler.onLoad({ filter: /[.]ts$/ }, async ({ path: file }) => {
        const loaded = groups.filter(({ later }) => later.has(path.relative(root, file)));
        if (loaded.length === 0) return undefined;
        const imports = loaded.flatMap(({ modules }) =>
          [...modules].map((module) => importOf(path.join(root, module))),
        );
        return { contents: [await readFile(file, 'utf8'), ...imports].join('\n'), loader: 'ts' };
      });
      // esbuild drops the code of an import that nobody uses, and still groups modules by it.
      bundler.onResolve({ filter: /^start:/ }, ({ path: name }) => ({ path: name.slice(6) }));
    },
  };
}

function importOf(file: string): string {
  return `import ${JSON.stringify(`start:${file}`)};`;
}

function startOf(inputs: Inputs, entry: string): Group {
  const later = Object.keys(inputs).flatMap((file) => importedBy(inputs, file, 'dynamic-import'));
  return { modules: sources(atOnce(inputs, entry)), later: new Set(later) };
}

/** What a later module imports at once, and what is loaded only after it: nothing else imports that. */
function groupOf(inputs: Inputs, first: string, start: Group): Group {
  const isNew = (file: string) => !start.modules.has(file) && file !== first;
  const everything = [...reached(inputs, first, () => true)].filter(isNew);
  const others = Object.keys(inputs).filter((file) => file !== first && !everything.includes(file));
  const ofOthers = new Set(others.flatMap((file) => importedBy(inputs, file, 'dynamic-import')));
  const later = everything.filter((file) => start.later.has(file) && !ofOthers.has(file));
  return { modules: sources([...atOnce(inputs, first)].filter(isNew)), later: new Set(later) };
}

/** The modules that are loaded with a module, itself excluded. */
function atOnce(inputs: Inputs, from: string): ReadonlySet<string> {
  return reached(inputs, from, (kind) => kind !== 'dynamic-import');
}

function reached(inputs: Inputs, from: string, isFollowed: (kind: string) => boolean): ReadonlySet<string> {
  const found = new Set<string>();
  const follow = (file: string) => {
    for (const { path: imported, kind } of inputs[file]?.imports ?? []) {
      if (!isFollowed(kind) || inputs[imported] === undefined || found.has(imported)) continue;
      found.add(imported);
      follow(imported);
    }
  };
  follow(from);
  return found;
}

function importedBy(inputs: Inputs, file: string, wanted: string): string[] {
  return (inputs[file]?.imports ?? []).filter(({ kind }) => kind === wanted).map(({ path: imported }) => imported);
}

/** The project's own modules; a package comes with the module that imports it. */
function sources(files: Iterable<string>): ReadonlySet<string> {
  return new Set([...files].filter((file) => file.endsWith('.ts')));
}
