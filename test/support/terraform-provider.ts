import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { tracked } from './processes/child-processes.ts';
import { terraformEnvironment } from './terraform.ts';

/** Where `terraform init` puts the AWS provider, in the folder that it initialises. */
const PROVIDER = '.terraform/providers/registry.terraform.io/hashicorp/aws';

/** Far longer than it takes on a busy computer. */
const START_MS = 60_000;

/**
 * One process of the AWS provider, which Terraform attaches to. By itself Terraform starts the provider several times
 * for each `run` of a test, and each start takes more than a second to describe all types of resources.
 * https://developer.hashicorp.com/terraform/plugin/debugging#starting-a-provider-in-debug-mode
 */
export class RunningProvider {
  private constructor(
    /** Variables with which Terraform finds it; `init` must not have them, or it would check no lock file. */
    readonly variables: Readonly<Record<string, string>>,
    /** Ends it. */
    readonly stop: () => Promise<void>,
  ) {}

  /**
   * Starts the very program that `terraform init` has put into the folder.
   *
   * @throws Error when it does not say within a minute how to attach to it
   */
  static async start(folder: string): Promise<RunningProvider> {
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    const child = tracked(spawn(programIn(folder), ['-debug'], { env: terraformEnvironment(), stdio: [...stdio] }));
    const closed = once(child, 'close');
    const stop = async () => {
      child.kill('SIGKILL');
      await closed;
    };
    const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
    for await (const line of createInterface(child.stdout)) {
      const [, attach] = /TF_REATTACH_PROVIDERS='(.+)'/.exec(line) ?? [];
      if (attach === undefined) continue;
      clearTimeout(timer);
      child.stdout.resume();
      return new RunningProvider({ TF_REATTACH_PROVIDERS: attach }, stop);
    }
    clearTimeout(timer);
    throw new Error(`the AWS provider of ${folder} never said how to attach to it`);
  }
}

/** The provider lies below its version and platform. */
function programIn(folder: string): string {
  let found = path.join(folder, PROVIDER);
  for (let depth = 0; depth < 2; depth += 1) found = path.join(found, readdirSync(found)[0] ?? '');
  return path.join(found, readdirSync(found).find((name) => name.startsWith('terraform-provider-')) ?? '');
}
