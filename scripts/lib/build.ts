/**
 * Bundles the function and zips it. The same source gives the same bytes, on any machine and day, so that Terraform sees
 * a new function only where there is one.
 */
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { zipSync } from 'fflate';
import type { ZipAttributes, Zippable } from 'fflate';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const outdir = path.join(root, 'dist', 'lambda');
const zipPath = path.join(root, 'dist', 'lambda.zip');

/** The earliest time a zip can tell, in local time as zips have it, and the mode `rw-r--r--` of a Unix file. */
const FIXED_ATTRIBUTES: ZipAttributes = { mtime: new Date(1980, 0, 1), os: 3, attrs: (0o100644 << 16) >>> 0 };

/**
 * Takes Node's own modules as they are. An ES module's `import` of one reads all it exports first, and of `node:http` and
 * `node:process` that means to load a WebSocket client and to open the standard streams: 12 ms of a cold start.
 */
const plainBuiltins: Plugin = {
  name: 'plain-builtins',
  setup(bundler) {
    bundler.onResolve({ filter: new RegExp(`^(node:)?(${builtinModules.join('|')})$`) }, ({ path: name }) => {
      return { path: name.replace('node:', ''), namespace: 'builtin', sideEffects: false };
    });
    bundler.onLoad({ filter: /./, namespace: 'builtin' }, ({ path: name }) => {
      return { contents: `module.exports = process.getBuiltinModule('${name}')` };
    });
  },
};

await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['lambda/index.ts'],
  outdir,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20.16',
  format: 'esm',
  splitting: true,
  outExtension: { '.js': '.mjs' },
  // Modules can be shaken; esbuild prefers CommonJS for Node unless told otherwise.
  mainFields: ['module', 'main'],
  legalComments: 'none',
  plugins: [plainBuiltins],
});
await writeFile(zipPath, zipSync(await bundledFiles(), { level: 9 }));
console.log(`built ${path.relative(root, outdir)}/ and ${path.relative(root, zipPath)}`);

async function bundledFiles(): Promise<Zippable> {
  const files: Zippable = {};
  for (const name of (await readdir(outdir)).sort()) {
    files[name] = [await readFile(path.join(outdir, name)), FIXED_ATTRIBUTES];
  }
  return files;
}
