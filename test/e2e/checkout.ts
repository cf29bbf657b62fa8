import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Authorization } from '../../lambda/http/audience.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import type { TerraformCopy, TerraformRun } from '../support/terraform.ts';
import { copyTerraform, runTerraform, terraformEnvironment } from '../support/terraform.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Only in tests: moto answers 500 to a call that it lacks, and the provider would retry that for minutes. */
const FEW_RETRIES = 'provider "aws" {\n  max_retries = 2\n}\n';

/** Id of the access key that signs the calls of a command, so that the recording shows who made them. */
export function signerOf(target: string, command: string): string {
  return `${target}-${command}`;
}

/** Environment variables by GitHub environment, as `bootstrap` prints them. */
type GithubVariables = Readonly<Record<string, { readonly AWS_PERMISSIONS_BOUNDARY_ARN: string }>>;

/** Outputs of an environment's service. */
export interface Outputs {
  readonly api_url: string;
  readonly getvm_url: string;
  readonly releasevm_url: string;
  readonly authorization: Authorization;
  readonly borrower_invoke_arns: readonly string[];
  readonly operator_invoke_arns: readonly string[];
  readonly function_name: string;
  readonly function_alias: string;
  readonly function_version: string;
  readonly table_name: string | null;
  readonly log_group_name: string;
  readonly access_log_group_name: string;
  readonly certificate_authority_public_keys: readonly string[];
  /** By EC2 pool whose access is by certificate */
  readonly ec2_user_data: Readonly<Record<string, string>>;
  /** Null with mock VMs */
  readonly inventory_url: string | null;
  readonly visitor_function_name: string | null;
}

/**
 * A copy of what a deployment needs: `scripts/terraform`, `terraform/` and the package of the function. Its Terraform
 * calls an emulated account and writes only into the copy.
 */
export class Checkout {
  /** The function's package, which Terraform deploys. */
  readonly zipFile: string;
  private readonly copy: TerraformCopy;
  private readonly folder: string;
  private readonly variables: Record<string, string>;
  private github: GithubVariables = {};

  /** @param shell - variables in the shell of every command */
  constructor(aws: EmulatedAws, shell: Record<string, string> = {}) {
    this.copy = copyTerraform();
    const { root, packageFile } = this.copy;
    this.zipFile = packageFile;
    this.folder = path.dirname(root);
    this.variables = terraformEnvironment({ ...aws.variables, ...shell });
    for (const file of ['dist/lambda.zip', 'scripts/terraform', 'scripts/lib/terraform-cli-config']) {
      cpSync(path.join(repository, file), path.join(this.folder, file));
    }
    for (const folder of ['bootstrap', 'environments/dev', 'environments/staging']) {
      writeFileSync(path.join(root, folder, 'provider_override.tf'), FEW_RETRIES);
    }
  }

  /**
   * Makes the account's state bucket, where the environments then keep their states, and the deployers' roles.
   *
   * @param settings - variables of `terraform/bootstrap`
   * @returns the name of the bucket
   */
  async bootstrap(settings: Record<string, unknown>): Promise<string> {
    writeFileSync(path.join(this.copy.root, 'bootstrap/terraform.tfvars.json'), JSON.stringify(settings));
    await this.terraform('bootstrap', 'apply', '-auto-approve');
    const bucket = await this.terraform('bootstrap', 'output', '-raw', 'bucket_name');
    this.variables.TF_STATE_BUCKET = bucket;
    this.github = JSON.parse(
      await this.terraform('bootstrap', 'output', '-json', 'github_variables'),
    ) as GithubVariables;
    return bucket;
  }

  /** Runs `scripts/terraform`. @throws Error with its output when it fails */
  async terraform(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.tryTerraform(...args);
    if (exitCode === 0) return stdout;
    throw new Error(`scripts/terraform ${args.join(' ')} ended with ${exitCode}\n${stdout}${stderr}`);
  }

  /** Runs `scripts/terraform`. A failure is a result, not an exception. */
  tryTerraform(...args: string[]): Promise<TerraformRun> {
    return this.tryTerraformWith({}, ...args);
  }

  /** The same, with more variables in the shell, such as `TF_STATE_BUCKET`. */
  tryTerraformWith(shell: Record<string, string>, ...args: string[]): Promise<TerraformRun> {
    const [target = '', command = ''] = args;
    const deployment = {
      AWS_ACCESS_KEY_ID: signerOf(target, command),
      TF_VAR_permissions_boundary_arn: this.github[target]?.AWS_PERMISSIONS_BOUNDARY_ARN ?? '',
    };
    return runTerraform(this.folder, args, { ...this.variables, ...deployment, ...shell }, 'scripts/terraform');
  }

  /** Overrides settings that an environment passes to the module, as an edit of its `main.tf` would. */
  configure(environment: string, settings: Record<string, unknown>): void {
    const file = path.join(this.copy.root, 'environments', environment, 'settings_override.tf.json');
    writeFileSync(file, JSON.stringify({ module: { vm_pool: settings } }));
  }

  /** The outputs of an environment's service. */
  async outputs(environment: string): Promise<Outputs> {
    return JSON.parse(await this.terraform(environment, 'output', '-json', 'vm_pool')) as Outputs;
  }

  remove(): void {
    this.copy.remove();
  }
}
