import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

/** The SSH library, and the file that both functions load for their first visit. */
const PACKAGE = '@microsoft/dev-tunnels-ssh';
const FILE = './ssh-library.mjs';

/** The entry of the bundle that {@link FILE} is, by the name of the file. */
export const SSH_LIBRARY_ENTRY = { 'ssh-library': 'vm-pool:ssh-library' };

/**
 * Leaves the SSH library out of a function. In there, it would be a copy for each function. It is CommonJS, and esbuild
 * puts its helpers for CommonJS into what every start loads.
 */
export const withoutSshLibrary: Plugin = {
  name: 'without-ssh-library',
  setup(bundler) {
    bundler.onResolve({ filter: new RegExp(`^${PACKAGE}$`) }, () => ({ path: FILE, external: true }));
  },
};

/** Makes the bundle of the library alone, with an export for each of its names. */
export const sshLibrary: Plugin = {
  name: 'ssh-library',
  setup(bundler) {
    bundler.onResolve({ filter: /^vm-pool:ssh-library$/ }, ({ path: name }) => ({ path: name, namespace: 'entry' }));
    bundler.onLoad({ filter: /./, namespace: 'entry' }, () => {
      return { contents: librarySource(), resolveDir: import.meta.dirname };
    });
  },
};

/** esbuild can't find the names in CommonJS by itself. */
function librarySource(): string {
  const names = Object.keys(createRequire(import.meta.url)(PACKAGE) as object);
  return `export { ${names.join(', ')} } from '${PACKAGE}';`;
}
