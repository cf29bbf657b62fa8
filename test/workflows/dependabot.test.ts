import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { repository } from './files.ts';

interface Update {
  'package-ecosystem': string;
  directories: string[];
  schedule: { interval: string };
  groups: Record<string, unknown>;
}

const text = readFileSync(path.join(repository, '.github/dependabot.yml'), 'utf8');
const { updates } = parse(text) as { updates: Update[] };

const foldersIn = (folder: string): string[] =>
  readdirSync(path.join(repository, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(node_modules|dist|coverage|[.](?!github$).*)$/.test(entry.name))
    .map((entry) => path.posix.join(folder, entry.name));

const withAllBelow = (folder: string): string[] => [folder, ...foldersIn(folder).flatMap(withAllBelow)];

/** Every folder of the repository that has such a file in it, named as Dependabot does. */
const foldersWith = (file: RegExp, content = /(?:)/) =>
  withAllBelow('/').filter((folder) =>
    readdirSync(path.join(repository, folder)).some(
      (name) => file.test(name) && content.test(readFileSync(path.join(repository, folder, name), 'utf8')),
    ),
  );

/** The folders an ecosystem is watched in, `/a/*` standing for each one in `/a`. */
const watched = (ecosystem: string) =>
  updates
    .filter((update) => update['package-ecosystem'] === ecosystem)
    .flatMap(({ directories }) => directories)
    .flatMap((directory) => (directory.endsWith('/*') ? foldersIn(directory.slice(0, -2)) : [directory]));

describe('Dependabot', () => {
  it.each([
    { ecosystem: 'npm', folders: foldersWith(/^package-lock[.]json$/) },
    { ecosystem: 'terraform', folders: foldersWith(/[.]tf$/, /required_providers/) },
    { ecosystem: 'github-actions', folders: ['/', ...foldersWith(/^action[.]ya?ml$/, /\buses:/)] },
  ])('watches every folder that has dependencies of $ecosystem, and no other', ({ ecosystem, folders }) => {
    expect(watched(ecosystem).toSorted()).toEqual(folders.toSorted());
  });

  it.each(updates)('asks for $package-ecosystem once a week, together', (update) => {
    expect(update.schedule.interval).toBe('weekly');
    expect(Object.keys(update.groups)).toHaveLength(1);
  });
});

it('CODEOWNERS names an owner for everything', () => {
  const owners = readFileSync(path.join(repository, '.github/CODEOWNERS'), 'utf8');
  expect(owners).toMatch(/^\* @\S+$/m);
});
