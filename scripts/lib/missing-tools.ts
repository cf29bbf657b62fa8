import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A program that this computer lacks, and how to install it. */
export interface MissingTool {
  readonly name: string;
  readonly install: string;
}

/** The programs that are not on the PATH. @param install - how to get each, by name of the program */
export function programsMissing(install: Readonly<Record<string, string>>): MissingTool[] {
  return Object.entries(install)
    .filter(([program]) => programOnPath(program) === undefined)
    .map(([name, how]) => ({ name, install: how }));
}

/** What is missing to run Terraform with its AWS provider. */
export function terraformMissing(): MissingTool[] {
  const missing = programsMissing({ terraform: 'https://developer.hashicorp.com/terraform/install, 1.11 or later' });
  return missing.length > 0 || hasProvider() ? missing : [AWS_PROVIDER];
}

const AWS_PROVIDER: MissingTool = {
  name: 'the AWS provider of Terraform',
  install: 'connect to registry.terraform.io, or unpack a filesystem mirror of it below /opt',
};

/** What is missing to emulate AWS. Looks into Python's packages, starts no server. */
export function motoMissing(): MissingTool[] {
  const isThere =
    'import sys; from importlib.util import find_spec; sys.exit(not (find_spec("moto") and find_spec("flask")))';
  if (spawnSync('python3', ['-c', isThere]).status === 0) return [];
  return [{ name: 'moto_server', install: "python3 -m pip install 'moto[server]==5.2.1'" }];
}

function hasProvider(): boolean {
  try {
    execFileSync(fileURLToPath(new URL('./terraform-cli-config', import.meta.url)), { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The file that a shell would run. @returns undefined when there is none */
export function programOnPath(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, program)).find(isExecutable);
}

/** Whether this user may run a file. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
