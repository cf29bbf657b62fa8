import type { Plugin } from 'esbuild';

/** What stands for each package in the bundle. */
const STAND_INS: Readonly<Record<string, string>> = {
  // @actions/http-client reaches a proxy by `tunnel`; by `undici` only for callers that ask for a dispatcher.
  undici: 'export class ProxyAgent {}',
  // In a job the credentials are environment variables, which are read before this chain is asked.
  '@aws-sdk/credential-providers': `export const fromNodeProviderChain = () => async () => {
    throw new Error('run aws-actions/configure-aws-credentials before this step');
  }`,
  // Signatures of streams, which the API has none of.
  '@smithy/core/event-streams': 'export {}',
};

/** Leaves out of the bundle of the GitHub Action what it never uses: 400 kB of HTTP client, 400 kB of AWS's SDK. */
export const unusedInAction: Plugin = {
  name: 'unused-in-action',
  setup(bundler) {
    bundler.onResolve({ filter: new RegExp(`^(${Object.keys(STAND_INS).join('|')})$`) }, ({ path: name }) => {
      return { path: name, namespace: 'unused-in-action' };
    });
    bundler.onLoad({ filter: /./, namespace: 'unused-in-action' }, ({ path: name }) => {
      return { contents: STAND_INS[name] ?? '' };
    });
  },
};
