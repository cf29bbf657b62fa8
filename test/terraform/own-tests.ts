/** Terraform's own checks of a folder: its validation, and the tests beside it. */
import { cpSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TerraformCopy } from '../support/terraform.ts';
import { copyTerraform, runTerraform, terraformEnvironment } from '../support/terraform.ts';
import { RunningProvider } from '../support/terraform-provider.ts';

const source = fileURLToPath(new URL('../../terraform', import.meta.url));
const LOCK_FILE = '.terraform.lock.hcl';

/** The service has 70 runs, each a plan of everything. They take minutes on a busy machine. */
const TIMEOUT_MS = 900_000;

/** The folders in a folder of `terraform/`, from there. */
export function foldersIn(parent: string): string[] {
  return readdirSync(path.join(source, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${parent}/${name}`);
}

/**
 * Checks folders of `terraform/`, one after another.
 *
 * @param isLocked - whether they have lock files of their own; else the root that calls or copies them has one
 */
export function describeOwnTests(folders: readonly string[], isLocked: boolean): void {
  describe('terraform', () => {
    let copy: TerraformCopy;
    beforeAll(() => {
      copy = copyTerraform();
      if (isLocked) return;
      for (const folder of folders) cpSync(path.join(source, LOCK_FILE), path.join(copy.root, folder, LOCK_FILE));
    });
    afterAll(() => {
      copy.remove();
    });

    // A test plans, and a plan validates first.
    it.each(folders)(
      'is valid and passes its own tests: %s',
      async (name) => {
        const folder = path.join(copy.root, name);
        await expectSuccess(folder, ['init', '-backend=false', '-lockfile=readonly']);
        const provider = await RunningProvider.start(folder);
        try {
          await expectSuccess(folder, ['test'], provider.variables);
        } finally {
          await provider.stop();
        }
      },
      TIMEOUT_MS,
    );
  });
}

/** Runs Terraform in a folder; a failure shows what it printed. @param variables - more of them */
export async function expectSuccess(
  folder: string,
  args: string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  const run = await runTerraform(folder, args, terraformEnvironment(variables));
  expect(run.exitCode === 0 ? '' : `${run.stdout}${run.stderr}`).toBe('');
}
