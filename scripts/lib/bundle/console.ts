import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BuildOptions, Metafile } from 'esbuild';
import { build } from 'esbuild';
import type { PageName } from '../../../lambda/http/console-page.ts';

/** The script of each page. */
const ENTRIES: Readonly<Record<PageName, string>> = {
  console: 'lambda/console/main.tsx',
  'console-sign-in': 'lambda/console/main-sign-in.tsx',
};

const OPTIONS = {
  bundle: true,
  minify: true,
  platform: 'browser',
  // The style needs more than that: `light-dark`, so Chrome 123, Firefox 120, Safari 17.5, all of 2024.
  target: 'es2022',
  format: 'iife',
  legalComments: 'none',
  metafile: true,
  write: false,
} as const satisfies BuildOptions;

/** A page for browsers: one file, with its script and style in it. */
export interface ConsolePage {
  readonly name: PageName;
  readonly html: string;
  /** What esbuild made it of. */
  readonly outputs: Metafile['outputs'];
}

/** Makes the pages of the console. @param root - of the checkout */
export async function consolePages(root: string): Promise<readonly ConsolePage[]> {
  const template = await readFile(path.join(root, 'lambda/console/page.html'), 'utf8');
  const [style] = await bundled(root, 'lambda/console/style.css');
  return Promise.all(
    Object.entries(ENTRIES).map(async ([name, entry]) => {
      const [script, outputs] = await bundled(root, entry);
      return { name: name as PageName, html: filled(template, { style, script }), outputs };
    }),
  );
}

async function bundled(root: string, entry: string): Promise<[text: string, outputs: Metafile['outputs']]> {
  const { outputFiles, metafile } = await build({ ...OPTIONS, absWorkingDir: root, entryPoints: [entry] });
  return [outputFiles[0]?.text.trim() ?? '', metafile.outputs];
}

/** Fills in the elements `<style>` and `<script>` of the template, and drops the space between others. */
function filled(template: string, { style, script }: Readonly<Record<'style' | 'script', string>>): string {
  const lean = template.replace(/>\s+</g, '><').replace(/\s+/g, ' ').trim();
  return lean
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script></script>', () => `<script>${script}</script>`);
}
