import type { Plugin } from 'esbuild';

/**
 * Keeps `node:child_process` out of commander, which loads it at its start for subcommands that are programs of their
 * own: we have none, and it brings the network along, 5 ms of the 45 that `vm-pool --help` takes.
 */
export const withoutPrograms: Plugin = {
  name: 'without-programs',
  setup(bundler) {
    bundler.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('/node_modules/commander/') ? { path: 'programs', namespace: 'no-programs' } : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: 'no-programs' }, () => ({ contents: 'module.exports = {}' }));
  },
};
