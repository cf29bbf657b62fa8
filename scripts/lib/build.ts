/**
 * Bundles the two functions and zips them together. The same source gives the same bytes, on any machine and day, so
 * that Terraform sees a new function only where there is one.
 */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile, OutputFile, Plugin } from 'esbuild';
import { build } from 'esbuild';
import type { ZipAttributes, Zippable } from 'fflate';
import { zipSync } from 'fflate';
import { thirdPartyNotices } from './notices.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const outdir = path.join(root, 'dist', 'lambda');
const zipPath = path.join(root, 'dist', 'lambda.zip');

const NOTICES = 'THIRD-PARTY-NOTICES.txt';
const UNFINISHED = '.unfinished';

/** The earliest time that a zip can hold, in local time as zips have it, and the mode `rw-r--r--` of a Unix file. */
const FIXED_ATTRIBUTES: ZipAttributes = { mtime: new Date(1980, 0, 1), os: 3, attrs: (0o100644 << 16) >>> 0 };

/**
 * Loads Node's own modules by `getBuiltinModule`. An `import` reads all that a module exports: for `node:http` and
 * `node:process` it loads a WebSocket client and opens the standard streams, which takes 12 ms of a cold start.
 * An `import` statement becomes a module that reads only the names that are used.
 */
const plainBuiltins: Plugin = {
  name: 'plain-builtins',
  setup(bundler) {
    bundler.onResolve({ filter: new RegExp(`^(node:)?(${builtinModules.join('|')})$`) }, ({ path: name, kind }) => {
      const namespace = kind === 'import-statement' ? 'imported-builtin' : 'whole-builtin';
      return { path: name.replace('node:', ''), namespace, sideEffects: false };
    });
    bundler.onLoad({ filter: /./, namespace: 'whole-builtin' }, ({ path: name }) => {
      return { contents: `module.exports = process.getBuiltinModule('${name}')` };
    });
    bundler.onLoad({ filter: /./, namespace: 'imported-builtin' }, ({ path: name }) => {
      return { contents: importedBuiltin(name) };
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

/**
 * Packages that the SSH library requires and never uses on Node.js: Diffie-Hellman for browsers, and RSA keys for a
 * Node.js that can't make them.
 */
const unusedPackages: Plugin = {
  name: 'unused-packages',
  setup(bundler) {
    bundler.onResolve({ filter: /^(diffie-hellman|node-rsa)$/ }, ({ path: name }) => {
      return { path: name, namespace: 'unused-package' };
    });
    bundler.onLoad({ filter: /./, namespace: 'unused-package' }, () => ({ contents: '' }));
  },
};

/** A function's code: its entry, and what the entry loads at once or by and by. */
interface Bundle {
  readonly outputs: ReadonlyMap<string, Metafile['outputs'][string]>;
  readonly files: readonly OutputFile[];
}

// Each function is bundled for itself: a module that both use would become a file that both load.
const bundles = [await bundle('index'), await bundle('visitor')];
const sources = bundles.flatMap(({ outputs }) => sourcesOf(outputs));
const files = new Map<string, Uint8Array>([[NOTICES, Buffer.from(await thirdPartyNotices(root, sources))]]);
for (const { path: file, contents } of bundles.flatMap((made) => made.files)) files.set(path.basename(file), contents);
await fill(outdir, files);
await writeWhole(zipPath, zipSync(zippable(files), { level: 9 }));
console.log(`built ${path.relative(root, outdir)}/ and ${path.relative(root, zipPath)}`);

async function bundle(entry: 'index' | 'visitor'): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`lambda/${entry}.ts`],
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
    plugins: [plainBuiltins, unusedPackages],
  });
  const outputs = usedOutputs(metafile, `dist/lambda/${entry}.mjs`);
  return { outputs, files: outputFiles.filter(({ path: file }) => outputs.has(path.relative(root, file))) };
}

/** The files that are imported: esbuild makes one for each `import()`, also for those in code that it drops. */
function usedOutputs({ outputs }: Metafile, entry: string): Map<string, Metafile['outputs'][string]> {
  const found = new Map<string, Metafile['outputs'][string]>();
  const follow = (file: string) => {
    const output = outputs[file];
    if (output === undefined || found.has(file)) return;
    found.set(file, output);
    for (const { path: imported } of output.imports) follow(imported);
  };
  follow(entry);
  return found;
}

/** The sources that left code in the bundle. */
function sourcesOf(outputs: Bundle['outputs']): string[] {
  return [...outputs.values()].flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([source]) => source),
  );
}

/** Makes a folder hold exactly these files, while a server may be loading them. */
async function fill(folder: string, wanted: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, contents] of wanted) await writeWhole(path.join(folder, name), contents);
  const extra = (await readdir(folder)).filter((name) => !wanted.has(name) && !name.endsWith(UNFINISHED));
  await Promise.all(extra.map((name) => rm(path.join(folder, name), { force: true })));
}

/** Writes a file that nobody ever sees half of, also when two builds run at once. */
async function writeWhole(file: string, contents: Uint8Array): Promise<void> {
  const unfinished = `${file}-${process.pid}${UNFINISHED}`;
  await writeFile(unfinished, contents);
  await rename(unfinished, file);
}

function zippable(contents: ReadonlyMap<string, Uint8Array>): Zippable {
  const sorted = [...contents].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, bytes]) => [name, [bytes, FIXED_ATTRIBUTES]]));
}
