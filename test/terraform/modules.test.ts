/** Terraform's own checks: its format, its validation, and the tests that lie beside each module. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyTerraform, runTerraform, type TerraformCopy } from '../support/terraform.ts';

const source = fileURLToPath(new URL('../../terraform', import.meta.url));
const roots = ['.', 'bootstrap'];
const modules = readdirSync(path.join(source, 'modules')).map((name) => `modules/${name}`);
const environments = readdirSync(path.join(source, 'environments'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** Each run loads the provider, which alone takes seconds, and a busy machine makes them many. */
const TIMEOUT_MS = 180_000;

describe('terraform', () => {
  let copy: TerraformCopy;
  beforeAll(() => {
    copy = copyTerraform();
  });
  afterAll(() => {
    copy.remove();
  });

  /** Runs Terraform in a folder of the copy; what it printed is the failure's message. */
  async function expectSuccess(folder: string, args: string[]): Promise<void> {
    const run = await runTerraform(path.join(copy.root, folder), args);
    expect(run.exitCode === 0 ? '' : `${run.stdout}${run.stderr}`).toBe('');
  }

  const initialised = new Map<string, Promise<void>>();
  function initialise(folder: string): Promise<void> {
    const started = initialised.get(folder) ?? expectSuccess(folder, ['init', '-backend=false', '-lockfile=readonly']);
    initialised.set(folder, started);
    return started;
  }

  it('is formatted', () => expectSuccess('.', ['fmt', '-check', '-diff', '-recursive']));

  it.each(roots)(
    'is valid: %s',
    async (folder) => {
      await initialise(folder);
      await expectSuccess(folder, ['validate']);
    },
    TIMEOUT_MS,
  );

  it.each([...roots, ...modules])(
    'passes its own tests: %s',
    async (folder) => {
      await initialise(folder);
      await expectSuccess(folder, ['test']);
    },
    TIMEOUT_MS,
  );

  it.each(environments)(
    'plans with the values of its environment: %s',
    async (environment) => {
      await initialise('.');
      await expectSuccess('.', [
        'test',
        '-test-directory=environments',
        `-var-file=environments/${environment}/terraform.tfvars`,
      ]);
    },
    TIMEOUT_MS,
  );
});
