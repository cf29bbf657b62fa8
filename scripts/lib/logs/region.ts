import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Options } from './options.ts';

/**
 * The region to look in: the one asked for, that of the environment variables, or the one that Terraform deploys to.
 * `AWS_DEFAULT_REGION` counts: the AWS CLI and Terraform read it, this SDK does not.
 *
 * @param environments - folder with a Terraform root for each environment
 * @returns nothing if none is known; then the user's AWS configuration decides
 */
export function regionOf(
  { region, environment }: Pick<Options, 'region' | 'environment'>,
  env: Readonly<Record<string, string | undefined>>,
  environments: string,
): string | undefined {
  const wanted = [region, env.AWS_REGION, env.AWS_DEFAULT_REGION].find(Boolean);
  return wanted ?? (environment === undefined ? undefined : deployedRegion(path.join(environments, environment)));
}

/** The region that the AWS provider of a Terraform root names. */
function deployedRegion(root: string): string | undefined {
  try {
    const text = readFileSync(path.join(root, 'main.tf'), 'utf8');
    return /^provider "aws" \{[^}]*?^\s*region\s*=\s*"([\w-]+)"/m.exec(text)?.[1];
  } catch {
    return undefined;
  }
}
