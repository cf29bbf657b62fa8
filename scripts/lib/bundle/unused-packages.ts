import type { Plugin } from 'esbuild';

/**
 * Packages that the SSH library requires and never uses on Node.js: Diffie-Hellman for browsers, and RSA keys for a
 * Node.js that can't make them.
 */
export const unusedPackages: Plugin = {
  name: 'unused-packages',
  setup(bundler) {
    bundler.onResolve({ filter: /^(diffie-hellman|node-rsa)$/ }, ({ path: name }) => {
      return { path: name, namespace: 'unused-package' };
    });
    bundler.onLoad({ filter: /./, namespace: 'unused-package' }, () => ({ contents: '' }));
  },
};
