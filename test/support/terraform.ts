/**
 * Runs the real Terraform on a copy of `terraform/`. So a test leaves nothing in the checkout, and two suites that run
 * at once never share a working folder.
 */
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export interface TerraformRun {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface TerraformCopy {
  /** The copied `terraform/`; what it reads lies beside it, as in the checkout. */
  root: string;
  /** Path of the function's package for the copied module. The file is a stand-in without code. */
  packageFile: string;
  remove(): void;
}

/** Copies `terraform/` without working folders and states into a temporary folder. */
export function copyTerraform(): TerraformCopy {
  const folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-terraform-'));
  const root = path.join(folder, 'terraform');
  const packageFile = path.join(folder, 'dist/lambda.zip');
  cpSync(path.join(repository, 'terraform'), root, { recursive: true, filter: (source) => !isWorkingFile(source) });
  for (const read of ['lambda/openapi.json', 'scripts/lib/enroll']) {
    cpSync(path.join(repository, read), path.join(folder, read), { recursive: true });
  }
  mkdirSync(path.dirname(packageFile));
  writeFileSync(packageFile, 'stand-in');
  return {
    root,
    packageFile,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `backend.tf` is a working file too: scripts/terraform writes it for bootstrap. */
const isWorkingFile = (file: string): boolean =>
  /^\.terraform$|\.tfstate(\.|$)|\.tfplan$|^backend\.tf$/.test(path.basename(file));

/**
 * All environment variables of Terraform in a test. They are listed here, not inherited: real credentials and
 * `TF_VAR_...` of the shell never reach a test, and with the dummy keys a call to the real AWS fails.
 *
 * @param extra - more variables, for example `AWS_ENDPOINT_URL`
 */
export function terraformEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const passedOn = ['PATH', 'HOME', 'TMPDIR', 'HTTPS_PROXY', 'NO_PROXY', 'SSL_CERT_FILE'];
  return {
    ...Object.fromEntries(passedOn.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
    ...(cliConfig() ? { TF_CLI_CONFIG_FILE: cliConfig() } : {}),
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    CHECKPOINT_DISABLE: '1',
    // Terraform and its provider collect garbage less often: a fifth of their time, for half as much memory again.
    GOGC: '400',
    TF_CLI_ARGS: '-no-color',
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    ...extra,
  };
}

let knownCliConfig: string | undefined;

/** The file that `scripts/lib/terraform-cli-config` finds on this machine, or else the caller's; '' for none. */
function cliConfig(): string {
  knownCliConfig ??=
    execFileSync(path.join(repository, 'scripts/lib/terraform-cli-config'), { encoding: 'utf8' }).trim() ||
    (process.env.TF_CLI_CONFIG_FILE ?? '');
  return knownCliConfig;
}

/**
 * Runs one Terraform command in `folder`. A failed command is a result, not an exception.
 *
 * @param program - Terraform itself, or a script that runs it
 */
export function runTerraform(
  folder: string,
  args: string[],
  environment: Record<string, string> = terraformEnvironment(),
  program = 'terraform',
): Promise<TerraformRun> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: environment, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
    const child = execFile(program, args, options, (_error, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? 1, stdout, stderr });
    });
  });
}
