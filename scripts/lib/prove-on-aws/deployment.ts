import path from 'node:path';
import { objectIn } from '../api-client/client.ts';
import type { Variables } from '../client/identity-options.ts';
import { regionOf } from '../logs/region.ts';
import { meet } from '../smoke-test/deployment.ts';
import type { Waiting } from '../smoke-test/patience.ts';
import { Account } from './account.ts';
import type { Run } from './commands.ts';
import { outputsIn } from './outputs.ts';

/** What finding a deployment needs from outside. */
export interface Ports extends Waiting {
  readonly env: Variables;
  readonly run: Run;
  /** Folder of the repository. */
  readonly root: string;
}

/** The outputs of the environment can't be read. */
export class NotDeployed extends Error {
  /** @param status - exit code of scripts/terraform */
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/**
 * Finds a deployed environment by its outputs, and waits until its API answers.
 *
 * @throws {@link NotDeployed} without outputs, StepFailed when it does not answer
 */
export async function findDeployment(environment: string, ports: Ports): Promise<Account> {
  const { root, run, env } = ports;
  const { status, stdout, stderr } = await run(path.join(root, 'scripts/terraform'), [environment, 'output', '-json']);
  // scripts/terraform explains itself, and ends with 2 when it was used wrongly.
  if (status !== 0) throw new NotDeployed(stderr.trimEnd(), status);
  const outputs = outputsIn(objectIn(stdout));
  const signIn = await meet(outputs.apiUrl, { ...ports, say: () => undefined });
  // Where the environment is deployed, whatever region the shell prefers.
  const environments = path.join(root, 'terraform/environments');
  const region = regionOf({ region: undefined, environment }, {}, environments) ?? env.AWS_REGION;
  return new Account({ ...ports, environment, region, outputs, signIn });
}
