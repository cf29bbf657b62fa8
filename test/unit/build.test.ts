import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { unzipSync } from 'fflate';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Contents of the zip, by name. */
let zipped: Readonly<Record<string, string>>;

function build(): Buffer {
  execFileSync(path.join(root, 'scripts/build'), { stdio: ['ignore', 'ignore', 'inherit'] });
  return readFileSync(path.join(root, 'dist/lambda.zip'));
}

beforeAll(() => {
  const files = Object.entries(unzipSync(build()));
  zipped = Object.fromEntries(files.map(([name, contents]) => [name, Buffer.from(contents).toString()]));
});

describe('npm run build', () => {
  it('zips what is in dist/lambda', () => {
    expect(Object.keys(zipped)).toEqual(readdirSync(path.join(root, 'dist/lambda')).sort());
  });

  it('writes the same bytes each time', () => {
    expect(build().equals(build())).toBe(true);
  });

  it('contains only files that another file imports', () => {
    const modules = Object.keys(zipped).filter((name) => name.endsWith('.mjs') && name !== 'index.mjs');
    const imported = modules.filter((name) => Object.values(zipped).some((code) => code.includes(`"./${name}"`)));
    expect(imported).toEqual(modules);
  });

  it('contains the licence of each package in it', () => {
    const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const notices = zipped['THIRD-PARTY-NOTICES.txt'] ?? '';
    const named = Object.keys(dependencies).filter((name) => notices.includes(`\n${name} `));
    expect(named).toEqual(Object.keys(dependencies));
    expect(notices).toMatch(/Apache License\s+Version 2\.0[^]*Permission is hereby granted, free of charge/);
  });
});
