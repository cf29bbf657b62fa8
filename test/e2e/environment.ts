import { deployedApi, serveApi, type DeployedApi, type ServedApi } from '../support/emulated-aws/deployed-api.ts';
import { deployedFunction, type DeployedFunction } from '../support/emulated-aws/deployed-function.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import type { LambdaRuntime } from '../support/lambda-runtime/install.ts';
import type { Checkout } from './checkout.ts';
import { Client } from './client.ts';

/** An environment that Terraform applied, at work: its function runs and its API answers. */
export interface RunningEnvironment {
  /** What Terraform tells of it */
  readonly outputs: Record<string, string>;
  readonly api: DeployedApi;
  readonly served: ServedApi;
  readonly deployed: DeployedFunction;
  readonly client: Client;
  /** Ends the function's processes, and the leases in their memory; the next call starts a new one. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Applies an environment, with further arguments for Terraform, and sets it to work. */
export async function applied(
  checkout: Checkout,
  aws: EmulatedAws,
  runtime: LambdaRuntime,
  environment: string,
  ...args: string[]
): Promise<RunningEnvironment> {
  await checkout.terraform(environment, 'apply', '-auto-approve', ...args);
  const outputs = await checkout.outputs(environment);
  const functionName = outputs.function_name ?? '';
  const deployed = await deployedFunction(aws, functionName, checkout.zipFile, runtime);
  const api = await deployedApi(aws, functionName);
  const served = await serveApi(api, [deployed.lambda]);
  return {
    outputs,
    api,
    served,
    deployed,
    client: new Client(served.url),
    restart: () => deployed.lambda.stop(),
    stop: async () => {
      await served.stop();
      await deployed.stop();
    },
  };
}
