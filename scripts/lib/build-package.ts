/**
 * Bundles what `npm pack` packs: the command line into dist/cli/, and the client with its types into dist/client/. Both
 * need no other package. With the argument `cli` the command line alone.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateDtsBundle } from 'dts-bundle-generator';
import type { BuildOptions } from 'esbuild';
import { build } from 'esbuild';
import { plainBuiltins, wholeLater } from './bundle/plain-builtins.ts';
import { fill } from './bundle/whole-files.ts';
import { thirdPartyNotices } from './notices.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

const NOTICES = 'THIRD-PARTY-NOTICES.txt';
const CLIENT = 'scripts/lib/client/index.ts';

/** Files with a name that lasts: `browser` in package.json puts the second in the place of the first. */
const SIGNATURES = ['scripts/lib/client/signature.ts', 'scripts/lib/client/no-signature.ts'];

const OPTIONS = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.16',
  format: 'esm',
  splitting: true,
  mainFields: ['module', 'main'],
  // The lock file keeps an AWS SDK that runs on Node 20; its notice about later versions would only clutter the output.
  define: { 'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"' },
  // All notices are in one file.
  legalComments: 'none',
  metafile: true,
  write: false,
} as const satisfies BuildOptions;

await buildCommandLine();
if (!process.argv.includes('cli')) await buildClient();

async function buildCommandLine(): Promise<void> {
  const files = await bundled('cli', {
    entryPoints: ['scripts/lib/cli/main.ts'],
    minify: true,
    plugins: [wholeLater, plainBuiltins],
  });
  files.set('main.js', `#!/usr/bin/env node\n${String(files.get('main.js'))}`);
  await fill(path.join(root, 'dist/cli'), files);
  console.log('built dist/cli/');
}

/** Keeps the names of its classes, which errors show. Browsers load all but the signatures of AWS. */
async function buildClient(): Promise<void> {
  const files = await bundled('client', {
    entryPoints: [CLIENT, ...SIGNATURES],
    minifySyntax: true,
    minifyWhitespace: true,
  });
  files.set('index.d.ts', typesOfClient());
  await fill(path.join(root, 'dist/client'), files);
  console.log('built dist/client/');
}

/** The files of a bundle by name, with the notices of the packages in it. */
async function bundled(folder: string, options: BuildOptions): Promise<Map<string, string>> {
  const { metafile, outputFiles } = await build({ ...options, ...OPTIONS, outdir: `dist/${folder}` });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const sources = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([source]) => source);
  const files = outputFiles.map(({ path: file, text }) => [path.basename(file), text] as const);
  return new Map([[NOTICES, await thirdPartyNotices(root, sources)], ...files]);
}

/** The types of all that the client exports, in one file. */
function typesOfClient(): string {
  const output = { noBanner: true, exportReferencedTypes: false };
  const [types = ''] = generateDtsBundle([{ filePath: path.join(root, CLIENT), output }], {
    preferredConfigPath: path.join(root, 'tsconfig.json'),
  });
  return types;
}
