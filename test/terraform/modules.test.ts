/** Terraform's own checks: its format, its validation, and the tests beside each module, environment and example. */
import { cpSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TerraformCopy } from '../support/terraform.ts';
import { copyTerraform, runTerraform } from '../support/terraform.ts';

const source = fileURLToPath(new URL('../../terraform', import.meta.url));
const LOCK_FILE = '.terraform.lock.hcl';

const foldersIn = (parent: string) =>
  readdirSync(path.join(source, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${parent}/${name}`);
const roots = ['.', 'bootstrap', ...foldersIn('environments')];
/** Folders without a lock file in the repository: the root that calls or copies them has it. */
const unlocked = [...foldersIn('examples'), ...foldersIn('modules')];

/** Each run loads the provider. That takes seconds, and far longer on a busy machine. */
const TIMEOUT_MS = 180_000;

describe('terraform', () => {
  let copy: TerraformCopy;
  beforeAll(() => {
    copy = copyTerraform();
    for (const folder of unlocked) {
      cpSync(path.join(source, LOCK_FILE), path.join(copy.root, folder, LOCK_FILE));
    }
  });
  afterAll(() => {
    copy.remove();
  });

  /** Runs Terraform in a folder of the copy; a failure shows what it printed. */
  async function expectSuccess(folder: string, args: string[]): Promise<void> {
    const run = await runTerraform(path.join(copy.root, folder), args);
    expect(run.exitCode === 0 ? '' : `${run.stdout}${run.stderr}`).toBe('');
  }

  it('is formatted', () => expectSuccess('.', ['fmt', '-check', '-diff', '-recursive']));

  // A test plans, and a plan validates first.
  it.each([...roots, ...unlocked])(
    'is valid and passes its own tests: %s',
    async (folder) => {
      await expectSuccess(folder, ['init', '-backend=false', '-lockfile=readonly']);
      await expectSuccess(folder, ['test']);
    },
    TIMEOUT_MS,
  );
});
