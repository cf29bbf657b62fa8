import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const script = fileURLToPath(new URL('../../scripts/lib/build-when-newer', import.meta.url));

/** Times of files, seconds: of the sources, and of the build. */
const [OLD, BUILT, NEW] = [1_000, 2_000, 3_000];

const SOURCES = ['lambda/index.ts', 'scripts/lib/build.ts', 'package-lock.json', 'tsconfig.json'];
const FOLDERS = ['lambda', 'scripts/lib'];

/** A checkout whose scripts do nothing but leave a note. */
let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(path.join(tmpdir(), 'vm-pool-build-'));
  for (const folder of [...FOLDERS, 'dist/lambda']) mkdirSync(path.join(checkout, folder), { recursive: true });
  cpSync(script, path.join(checkout, 'scripts/lib/build-when-newer'));
  for (const [name, line] of [
    ['bootstrap', ''],
    ['build', 'touch built'],
  ] as const) {
    writeFileSync(path.join(checkout, 'scripts', name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }
  for (const file of [...SOURCES, 'dist/lambda/index.mjs', 'dist/lambda.zip'])
    writeFileSync(path.join(checkout, file), '');
  for (const file of [...SOURCES, 'scripts/lib/build-when-newer', ...FOLDERS]) setTime(file, OLD);
  setTime('dist/lambda.zip', BUILT);
});

afterEach(() => {
  rmSync(checkout, { recursive: true });
});

function setTime(file: string, sec: number): void {
  utimesSync(path.join(checkout, file), sec, sec);
}

function builds(): boolean {
  execFileSync(path.join(checkout, 'scripts/lib/build-when-newer'));
  return existsSync(path.join(checkout, 'built'));
}

describe('npm start', () => {
  it('builds nothing when all sources are older than the build', () => {
    expect(builds()).toBe(false);
  });

  it.each([...SOURCES, ...FOLDERS])('builds when %s is newer', (source) => {
    setTime(source, NEW);
    expect(builds()).toBe(true);
  });

  it.each(['dist/lambda.zip', 'dist/lambda/index.mjs', 'tsconfig.json'])('builds when %s is not there', (file) => {
    rmSync(path.join(checkout, file));
    expect(builds()).toBe(true);
  });
});
