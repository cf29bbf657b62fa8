import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

/** A package of CommonJS that is a file for itself, which functions load late. */
export interface Library {
  readonly package: string;
  /** Its file, without the ending. */
  readonly file: string;
  /** Source of the file: what it exports. */
  readonly source: () => string;
}

/** esbuild can't find the names in CommonJS by itself. */
function everyNameOf(name: string): string {
  const names = Object.keys(createRequire(import.meta.url)(name) as object);
  return `export { ${names.join(', ')} } from '${name}';`;
}

const SSH = '@microsoft/dev-tunnels-ssh';

/** All of them. */
export const LIBRARIES: readonly Library[] = [
  { package: SSH, file: 'ssh-library', source: () => everyNameOf(SSH) },
  {
    // The writer of text alone, 8 kB. The package is 67 kB: it also counts, sends, and measures the process.
    package: 'prom-client',
    file: 'prometheus-library',
    source: () => "export { default as AggregatorRegistry } from 'prom-client/lib/cluster.js';",
  },
];

/**
 * Leaves the libraries out of a function. In there, each would be a copy for each function, and esbuild puts its helpers
 * for CommonJS into what every start loads.
 */
export const withoutLibraries: Plugin = {
  name: 'without-libraries',
  setup(bundler) {
    for (const { package: name, file } of LIBRARIES) {
      bundler.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: `./${file}.mjs`, external: true }));
    }
  },
};

/** Makes the bundle of a library alone. */
export function entryOf({ file, source }: Library): Plugin {
  return {
    name: file,
    setup(bundler) {
      bundler.onResolve({ filter: /^vm-pool:/ }, ({ path: name }) => ({ path: name, namespace: 'entry' }));
      bundler.onLoad({ filter: /./, namespace: 'entry' }, () => {
        return { contents: source(), resolveDir: import.meta.dirname };
      });
    },
  };
}
