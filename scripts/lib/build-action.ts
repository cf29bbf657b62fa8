/**
 * Bundles the GitHub Action, see `scripts/action`. GitHub runs what is committed, so the bundle is part of the
 * repository: the same sources give the same bytes on any machine. `--check` only compares.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { build } from 'esbuild';
import { unusedInAction } from './bundle/unused-in-action.ts';
import { sourcesOf, usedOutputs } from './bundle/used-outputs.ts';
import { fill } from './bundle/whole-files.ts';
import { thirdPartyNotices } from './notices.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = '.github/actions/lease-vm/dist';
const sources = 'scripts/lib/lease-action';
const isCheck = process.argv.includes('--check');

const names = ['main', 'post', 'keep'];
const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  entryPoints: names.map((name) => `${sources}/${name}.ts`),
  outdir: folder,
  plugins: [unusedInAction],
  // For packages in CommonJS. Not by `plainBuiltins`: the names that it writes depend on the version of Node.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  bundle: true,
  splitting: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  mainFields: ['module', 'main'],
  legalComments: 'none',
  metafile: true,
  write: false,
});

const outputs = usedOutputs(
  metafile,
  names.map((name) => `${folder}/${name}.mjs`),
);
const used = outputFiles.filter(({ path: file }) => outputs.has(path.relative(root, file)));
const wanted = new Map(used.map(({ path: file, text }) => [path.basename(file), text]));
wanted.set('THIRD-PARTY-NOTICES.txt', await thirdPartyNotices(root, sourcesOf(outputs)));

const outdir = path.join(root, folder);

if (!isCheck) {
  await fill(outdir, wanted);
  console.log(`bundled ${folder}/`);
} else if (!isDeepStrictEqual(present(), wanted)) {
  console.error(`${folder} is out of date; run scripts/action`);
  process.exitCode = 1;
}

/** The committed bundle. */
function present(): Map<string, string> {
  const names = existsSync(outdir) ? readdirSync(outdir) : [];
  return new Map(names.map((name) => [name, readFileSync(path.join(outdir, name), 'utf8')]));
}
