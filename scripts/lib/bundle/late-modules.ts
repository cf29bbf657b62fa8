import { isBuiltin } from 'node:module';
import path from 'node:path';
import type { Plugin } from 'esbuild';

/** What a bundle loads by `import()`: entries of a second bundle beside it. */
export interface LateModules {
  /** Leaves them out of the first bundle, where `import()` names their files. */
  readonly plugin: Plugin;
  /** By the names of their files; filled while the first bundle is built. */
  readonly entryPoints: Readonly<Record<string, string>>;
}

/**
 * Parts a program in two bundles: what it starts with as one CommonJS file, and the rest as modules. Node starts such a
 * file without its loader of modules, a fifth of the time of an empty run. A class that both bundles contain exists
 * twice: they must not ask for an instance of each other's.
 *
 * @param folder - absolute path of the program's sources
 */
export function lateModules(folder: string): LateModules {
  const entryPoints: Record<string, string> = {};
  const plugin: Plugin = {
    name: 'late-modules',
    setup(bundler) {
      bundler.onResolve({ filter: /./ }, ({ kind, path: wanted, resolveDir }) => {
        if (kind !== 'dynamic-import' || isBuiltin(wanted)) return undefined;
        const source = wanted.startsWith('.') ? path.resolve(resolveDir, wanted) : wanted;
        const name = path.isAbsolute(source) ? path.relative(folder, source).replace(/[.]ts$/, '') : source;
        const file = name.replaceAll('/', '-');
        entryPoints[file] = source;
        return { path: `./${file}.js`, external: true };
      });
    },
  };
  return { plugin, entryPoints };
}
