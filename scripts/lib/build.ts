/**
 * Bundles the two functions and zips them together. The same source gives the same bytes, on any machine and day, so
 * that Terraform sees a new function only where there is one.
 */
import { utimes } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, OutputFile } from 'esbuild';
import { build } from 'esbuild';
import type { ZipAttributes, Zippable } from 'fflate';
import { zipSync } from 'fflate';
import { consolePages } from './bundle/console.ts';
import { lazyValibot } from './bundle/lazy-valibot.ts';
import type { Library } from './bundle/libraries.ts';
import { entryOf, LIBRARIES, withoutLibraries } from './bundle/libraries.ts';
import { plainBuiltins } from './bundle/plain-builtins.ts';
import { startChunk } from './bundle/start-chunk.ts';
import { unusedPackages } from './bundle/unused-packages.ts';
import type { Outputs } from './bundle/used-outputs.ts';
import { sourcesOf, usedOutputs } from './bundle/used-outputs.ts';
import { fill, writeWhole } from './bundle/whole-files.ts';
import { thirdPartyNotices } from './notices.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const outdir = path.join(root, 'dist', 'lambda');
const zipPath = path.join(root, 'dist', 'lambda.zip');

const began = new Date();

const NOTICES = 'THIRD-PARTY-NOTICES.txt';

/** The earliest time that a zip can hold, in local time as zips have it, and the mode `rw-r--r--` of a Unix file. */
const FIXED_ATTRIBUTES: ZipAttributes = { mtime: new Date(1980, 0, 1), os: 3, attrs: (0o100644 << 16) >>> 0 };

const OPTIONS = {
  absWorkingDir: root,
  outdir,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20.16',
  format: 'esm',
  splitting: true,
  outExtension: { '.js': '.mjs' },
  // esbuild drops unused code of ES modules only, and prefers CommonJS for Node by default.
  mainFields: ['module', 'main'],
  // All notices are in one file, which the function never reads.
  legalComments: 'none',
  metafile: true,
  write: false,
  // `startChunk` imports modules for the grouping alone.
  logOverride: { 'ignored-bare-import': 'silent' },
} as const satisfies BuildOptions;

/** What a start with `PROVIDER=static` loads beside the rest. */
const WITH_MORE = ['lambda/real-vms.ts'];

/** Code that is bundled for itself: its entry, and what the entry loads at once or by and by. */
interface Bundle {
  readonly outputs: Outputs;
  readonly files: readonly OutputFile[];
}

// Each function is bundled for itself: a module that both use would become a file that both load. The SSH library is
// far larger than the rest, and both load it late.
const libraries = await Promise.all(LIBRARIES.map(bundleOfLibrary));
const bundles = [await bundle('index'), await bundle('visitor'), ...libraries];
const pages = await consolePages(root);
const sources = [
  ...bundles.flatMap(({ outputs }) => sourcesOf(outputs)),
  ...pages.flatMap(({ outputs }) => sourcesOf(new Map(Object.entries(outputs)))),
];
const files = new Map<string, Uint8Array>([[NOTICES, Buffer.from(await thirdPartyNotices(root, sources))]]);
for (const { path: file, contents } of bundles.flatMap((made) => made.files)) files.set(path.basename(file), contents);
for (const { name, html } of pages) files.set(`${name}.html`, Buffer.from(html));
await fill(outdir, files);
await writeWhole(zipPath, zipSync(zippable(files), { level: 9 }));
// So that a source which somebody saves meanwhile is newer, see build-when-newer.
await utimes(zipPath, began, began);
console.log(`built ${path.relative(root, outdir)}/ and ${path.relative(root, zipPath)}`);

async function bundle(entry: 'index' | 'visitor'): Promise<Bundle> {
  const source = `lambda/${entry}.ts`;
  const plugins = [plainBuiltins, withoutLibraries, lazyValibot];
  const { metafile: apart } = await build({ ...OPTIONS, entryPoints: [source], plugins });
  const together = [...plugins, startChunk(apart, source, WITH_MORE, root)];
  const { metafile, outputFiles } = await build({ ...OPTIONS, entryPoints: [source], plugins: together });
  const outputs = usedOutputs(metafile, [`dist/lambda/${entry}.mjs`]);
  return { outputs, files: outputFiles.filter(({ path: file }) => outputs.has(path.relative(root, file))) };
}

async function bundleOfLibrary(library: Library): Promise<Bundle> {
  const { file } = library;
  const plugins = [entryOf(library), plainBuiltins, unusedPackages];
  const { metafile, outputFiles } = await build({ ...OPTIONS, entryPoints: { [file]: `vm-pool:${file}` }, plugins });
  return { outputs: new Map(Object.entries(metafile.outputs)), files: outputFiles };
}

function zippable(contents: ReadonlyMap<string, Uint8Array>): Zippable {
  const sorted = [...contents].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, bytes]) => [name, [bytes, FIXED_ATTRIBUTES]]));
}
