import { builtinModules } from 'node:module';
import type { ImportKind, Plugin } from 'esbuild';

const BUILTIN = new RegExp(`^(node:)?(${builtinModules.join('|')})$`);

/** By the kind of the import that names a module. */
const NAMESPACES: Readonly<Partial<Record<ImportKind, string>>> = {
  'import-statement': 'imported-builtin',
  // Not CommonJS: esbuild's helpers for that would be in what every start loads.
  'dynamic-import': 'later-builtin',
};

/**
 * Loads Node's own modules by `getBuiltinModule`. An `import` reads all that a module exports: for `node:http` and
 * `node:process` it loads a WebSocket client and opens the standard streams, which takes 12 ms of a cold start.
 * An `import` statement becomes a module that reads only the names that are used; `import()` gets the whole as `default`.
 */
export const plainBuiltins: Plugin = {
  name: 'plain-builtins',
  setup(bundler) {
    bundler.onResolve({ filter: BUILTIN }, ({ path: name, kind }) => {
      return { path: name.replace('node:', ''), namespace: NAMESPACES[kind] ?? 'required-builtin', sideEffects: false };
    });
    bundler.onLoad({ filter: /./, namespace: 'required-builtin' }, ({ path: name }) => {
      return { contents: `module.exports = process.getBuiltinModule('${name}')` };
    });
    bundler.onLoad({ filter: /./, namespace: 'later-builtin' }, ({ path: name }) => {
      return { contents: `export default process.getBuiltinModule('${name}')` };
    });
    bundler.onLoad({ filter: /./, namespace: 'imported-builtin' }, ({ path: name }) => {
      return { contents: importedBuiltin(name) };
    });
  },
};

/** Before {@link plainBuiltins}: `import()` gets each name of the module, for packages that want it so. */
export const wholeLater: Plugin = {
  name: 'whole-later',
  setup(bundler) {
    bundler.onResolve({ filter: BUILTIN }, ({ path: name, kind }) => {
      return kind === 'dynamic-import' ? { path: name, external: true } : undefined;
    });
  },
};

/** One export for each name of a module. esbuild drops those that nobody imports, so that nothing reads them. */
function importedBuiltin(name: string): string {
  const names = Object.keys(process.getBuiltinModule(name) ?? {}).filter((key) => /^[A-Za-z_$][\w$]*$/.test(key));
  const exported = names.filter((key) => key !== 'default').map((key, at) => ({ key, local: `export${at}` }));
  return [
    `const all = /* @__PURE__ */ process.getBuiltinModule('${name}');`,
    'export default all;',
    ...exported.map(({ key, local }) => `const ${local} = /* @__PURE__ */ (() => all.${key})();`),
    `export { ${exported.map(({ key, local }) => `${local} as ${key}`).join(', ')} };`,
  ].join('\n');
}
