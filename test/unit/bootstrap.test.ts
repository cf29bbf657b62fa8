import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const bootstrap = fileURLToPath(new URL('../../scripts/bootstrap', import.meta.url));

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-bootstrap-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs scripts/bootstrap with a Node that reports another version. */
function runWith(version: string): { status: number | null; stderr: string } {
  const pretend = path.join(folder, 'pretend.cjs');
  writeFileSync(
    pretend,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
  );
  writeFileSync(path.join(folder, 'node'), `#!/bin/sh\nexec '${process.execPath}' -r '${pretend}' "$@"\n`, {
    mode: 0o755,
  });
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH ?? ''}` };
  return spawnSync(bootstrap, { env, encoding: 'utf8' });
}

describe('scripts/bootstrap', () => {
  it.each(['18.20.8', '20.10.0', '20.15.1', '21.7.3', '22.2.0'])('refuses Node %s before it installs', (version) => {
    const { status, stderr } = runWith(version);
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^vm-pool needs Node .*; this is ${version}: https://nodejs.org\n$`));
  });

  it.each(['20.16.0', '20.20.2', '22.3.0', '22.23.3', '24.0.0'])('accepts Node %s', (version) => {
    expect(runWith(version)).toMatchObject({ status: 0, stderr: '' });
  });
});
