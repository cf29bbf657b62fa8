import { execFileSync } from 'node:child_process';
import { cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { unzipSync } from 'fflate';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Contents of the zip, by name. */
let zipped: Readonly<Record<string, string>>;

function build(folder = root, env: Readonly<Record<string, string>> = {}): Buffer {
  execFileSync(path.join(folder, 'scripts/build'), {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  return readFileSync(path.join(folder, 'dist/lambda.zip'));
}

/** Copies a folder by links: fast, and esbuild sees its files in the new place. */
function linkFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) linkFolder(source, target);
    else if (entry.isFile()) linkSync(source, target);
    else cpSync(source, target, { verbatimSymlinks: true });
  }
}

/** Makes another checkout, in the folder `dist`: links can't reach another disk. Returns its path. */
function anotherCheckout(): string {
  const checkout = mkdtempSync(path.join(root, 'dist', 'another-checkout-'));
  for (const folder of ['lambda', 'scripts', 'node_modules']) {
    linkFolder(path.join(root, folder), path.join(checkout, 'sources', folder));
  }
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json']) {
    linkSync(path.join(root, file), path.join(checkout, 'sources', file));
  }
  return checkout;
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

  it('writes the same bytes in another folder and time zone', () => {
    const checkout = anotherCheckout();
    try {
      const elsewhere = build(path.join(checkout, 'sources'), { TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8' });
      expect(elsewhere.equals(build())).toBe(true);
    } finally {
      rmSync(checkout, { recursive: true });
    }
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
