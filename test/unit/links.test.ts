import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));
const documents = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: root })
  .toString()
  .split('\n')
  .filter((name) => name !== '');

const LINK = /\]\((?!https?:)([^)#\s]*)/g;

it.each(documents)('%s links only to files that exist', (document) => {
  const text = readFileSync(path.join(root, document), 'utf8');
  const targets = [...text.matchAll(LINK)].map(([, target = '']) => target).filter((target) => target !== '');
  const folder = path.join(root, path.dirname(document));
  expect(targets.filter((target) => !existsSync(path.join(folder, target)))).toEqual([]);
});
