/**
 * Bundles what `npm pack` packs: the command line into dist/cli/, and the client with its types into dist/client/. Both
 * need no other package. With the argument `cli` the command line alone.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateDtsBundle } from 'dts-bundle-generator';
import type { BuildOptions } from 'esbuild';
import { build } from 'esbuild';
import { lateModules } from './bundle/late-modules.ts';
import { plainBuiltins, wholeLater } from './bundle/plain-builtins.ts';
import { fill } from './bundle/whole-files.ts';
import { withoutPrograms } from './bundle/without-programs.ts';
import { thirdPartyNotices } from './notices.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

const NOTICES = 'THIRD-PARTY-NOTICES.txt';
const COMMAND_LINE = 'scripts/lib/cli/main.ts';
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
} as const satisfies BuildOptions;

const IN_MEMORY = { metafile: true, write: false } as const;

await buildCommandLine();
if (!process.argv.includes('cli')) await buildClient();

/** Its start is one CommonJS file, and each verb a module beside it. */
async function buildCommandLine(): Promise<void> {
  const plugins = [withoutPrograms, wholeLater, plainBuiltins];
  const { plugin, entryPoints } = lateModules(path.join(root, path.dirname(COMMAND_LINE)));
  const start: BuildOptions = { entryPoints: [COMMAND_LINE], format: 'cjs', outExtension: { '.js': '.cjs' } };
  const files = await bundled(
    'cli',
    { ...start, splitting: false, minify: true, plugins: [plugin, ...plugins] },
    { entryPoints, minify: true, plugins },
  );
  files.set('main.cjs', `#!/usr/bin/env node\n${String(files.get('main.cjs'))}`);
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

/** The files of bundles by name, with the notices of the packages in them. They are made one after another. */
async function bundled(folder: string, ...bundles: readonly BuildOptions[]): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const sources: string[] = [];
  for (const options of bundles) {
    const { metafile, outputFiles } = await build({ ...OPTIONS, ...options, ...IN_MEMORY, outdir: `dist/${folder}` });
    const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
    sources.push(...inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([source]) => source));
    for (const { path: file, text } of outputFiles) files.set(path.basename(file), text);
  }
  return files.set(NOTICES, await thirdPartyNotices(root, [...new Set(sources)]));
}

/** The types of all that the client exports, in one file. */
function typesOfClient(): string {
  const output = { noBanner: true, exportReferencedTypes: false };
  const [types = ''] = generateDtsBundle([{ filePath: path.join(root, CLIENT), output }], {
    preferredConfigPath: path.join(root, 'tsconfig.json'),
  });
  return types;
}
