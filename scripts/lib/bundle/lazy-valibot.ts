import type { Plugin } from 'esbuild';

/** Marks the copy of a package that no cold start of the default product loads. */
export const LAZY = '?lazy';

/**
 * Gives inventories and visits a valibot of their own. With one for all, its file would have what any of them uses, and
 * every cold start would load that.
 */
export const lazyValibot: Plugin = {
  name: 'lazy-valibot',
  setup(bundler) {
    bundler.onResolve({ filter: /^valibot$/ }, async ({ path: name, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === LAZY || !/lambda.(providers|visitor).[^]+$/.test(importer)) return undefined;
      const { path: file } = await bundler.resolve(name, { resolveDir, kind, importer, pluginData: LAZY });
      return { path: file, suffix: LAZY, sideEffects: false };
    });
  },
};
