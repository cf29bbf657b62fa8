import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { mitLicence } from './mit-licence.ts';

/** A package whose code is in the bundle. */
interface BundledPackage {
  /** `name version (licence)` */
  readonly title: string;
  /** Its licence and notices, whole */
  readonly text: string;
}

/** Packages under the MIT licence that ship without a file of it, and whose they are: see their sources or manifest. */
const WITHOUT_FILE: Readonly<Record<string, string>> = {
  '@bomb.sh/tab': 'Copyright (c) Bombshell Authors (https://github.com/bombshell-dev)',
  '@microsoft/dev-tunnels-ssh': 'Copyright (c) Microsoft Corporation. All rights reserved.',
};

/** The licence of AWS's SDK; some of its packages ship without a file of it. */
const OF_AWS = 'node_modules/@aws-sdk/credential-providers/LICENSE';

/**
 * Writes down whose code a bundle holds, with each licence: MIT, Apache-2.0 and 0BSD let anyone copy the code with its
 * notice. Packages with the same text share it.
 *
 * @param root - absolute path that the sources start from
 * @param sources - paths of all bundled files
 * @throws Error when a package has no licence file
 */
export async function thirdPartyNotices(root: string, sources: readonly string[]): Promise<string> {
  const folders = [...new Set(sources.map(packageFolder).filter((folder) => folder !== undefined))].sort();
  const titlesOf = new Map<string, string[]>();
  for (const folder of folders) {
    const { title, text } = await readPackage(root, folder);
    titlesOf.set(text, [...(titlesOf.get(text) ?? []), title]);
  }
  const sections = [...titlesOf].map(([text, titles]) => `${titles.join('\n')}\n\n${text}\n`);
  return ['This bundle contains code of these packages.\n', ...sections].join(`\n${'-'.repeat(80)}\n\n`);
}

/** The folder of the package that a file belongs to, if it belongs to one. */
function packageFolder(source: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0];
}

async function readPackage(root: string, place: string): Promise<BundledPackage> {
  const folder = path.join(root, place);
  const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as Record<string, string>;
  const files = (await readdir(folder)).filter((name) => /^(licen[cs]e|notice)/i.test(name)).sort();
  const { name = '', version = '', license = '' } = manifest;
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
  const copyright = license === 'MIT' ? WITHOUT_FILE[name] : undefined;
  if (texts.length === 0 && copyright !== undefined) texts.push(mitLicence(copyright));
  if (texts.length === 0 && name.startsWith('@aws-sdk/')) texts.push(await readFile(path.join(root, OF_AWS), 'utf8'));
  if (texts.length === 0) throw new Error(`${folder} has no licence file`);
  return { title: `${name} ${version} (${license})`, text: texts.map((text) => text.trim()).join('\n\n') };
}
