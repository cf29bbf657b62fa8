import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import {
  copyTerraform,
  runTerraform,
  terraformEnvironment,
  type TerraformCopy,
  type TerraformRun,
} from '../support/terraform.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** For tests only: what moto lacks is a 500, which the provider would otherwise retry for minutes. */
const FEW_RETRIES = 'provider "aws" {\n  max_retries = 2\n}\n';

/**
 * A copy of what a deployment needs of the checkout, led to an emulated account: `scripts/terraform`, `terraform/` and
 * the package of the function. What Terraform writes stays in the copy.
 */
export class Checkout {
  readonly #copy: TerraformCopy;
  readonly #folder: string;
  readonly #variables: Record<string, string>;

  constructor(aws: EmulatedAws) {
    this.#copy = copyTerraform();
    const { root } = this.#copy;
    this.#folder = path.dirname(root);
    this.#variables = terraformEnvironment(aws.variables);
    for (const file of ['dist/lambda.zip', 'scripts/terraform', 'scripts/lib/terraform-cli-config']) {
      cpSync(path.join(repository, file), path.join(this.#folder, file));
    }
    writeFileSync(path.join(root, 'provider_override.tf'), FEW_RETRIES);
    writeFileSync(path.join(root, 'bootstrap/provider_override.tf'), FEW_RETRIES);
  }

  /** The package that is deployed. */
  get zipFile(): string {
    return path.join(this.#folder, 'dist/lambda.zip');
  }

  /** Makes the state bucket of the account, in which the environments then keep their states. */
  async bootstrap(): Promise<string> {
    await this.terraform('bootstrap', 'apply', '-auto-approve');
    const bucket = await this.terraform('bootstrap', 'output', '-raw', 'bucket_name');
    this.#variables.TF_STATE_BUCKET = bucket;
    return bucket;
  }

  /** Runs `scripts/terraform`, which has to succeed. @throws Error with all it printed when it does not */
  async terraform(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.tryTerraform(...args);
    if (exitCode === 0) return stdout;
    throw new Error(`scripts/terraform ${args.join(' ')} ended with ${exitCode}\n${stdout}${stderr}`);
  }

  /** Runs `scripts/terraform`; a failure is a result, not an exception. */
  tryTerraform(...args: string[]): Promise<TerraformRun> {
    return runTerraform(this.#folder, args, this.#variables, 'scripts/terraform');
  }

  /** What an environment's Terraform tells of it. */
  async outputs(environment: string): Promise<Record<string, string>> {
    const told = JSON.parse(await this.terraform(environment, 'output', '-json')) as Record<string, { value: string }>;
    return Object.fromEntries(Object.entries(told).map(([name, { value }]) => [name, value]));
  }

  remove(): void {
    this.#copy.remove();
  }
}
