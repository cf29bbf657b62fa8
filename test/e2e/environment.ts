import type { DynamoDbLocal } from '../../scripts/lib/dynamodb-local/start.ts';
import type { LambdaRuntime } from '../../scripts/lib/lambda-runtime/install.ts';
import type { DeployedApi } from '../support/emulated-aws/deployed-api.ts';
import { deployedApi } from '../support/emulated-aws/deployed-api.ts';
import type { DeployedFunction } from '../support/emulated-aws/deployed-function.ts';
import { deployedFunction } from '../support/emulated-aws/deployed-function.ts';
import type { DeployedTable } from '../support/emulated-aws/deployed-table.ts';
import { deployedTable } from '../support/emulated-aws/deployed-table.ts';
import { Role } from '../support/emulated-aws/role.ts';
import type { ServedDeployedApi } from '../support/emulated-aws/serve-api.ts';
import { serveDeployedApi } from '../support/emulated-aws/serve-api.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import type { TestIssuer } from '../support/identity/test-issuer.ts';
import { Callers } from './callers.ts';
import type { Checkout, Outputs } from './checkout.ts';
import { Client } from './client.ts';

/** Everything that an environment is deployed from and runs on. */
export interface Ground {
  readonly checkout: Checkout;
  readonly aws: EmulatedAws;
  readonly runtime: LambdaRuntime;
  readonly database: DynamoDbLocal;
  /** Its public name leads to it only from here */
  readonly issuer: TestIssuer;
}

/** An applied environment whose function runs and whose API answers. */
export interface RunningEnvironment {
  readonly outputs: Outputs;
  readonly api: DeployedApi;
  readonly served: ServedDeployedApi;
  readonly deployed: DeployedFunction;
  /** Permissions of the function */
  readonly role: Role;
  /** Undefined when leases live in memory */
  readonly table: DeployedTable | undefined;
  readonly callers: Callers;
  readonly client: Client;
  /** Ends the function's processes, and with them the leases in their memory. The next call starts a new process. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Applies an environment and runs it. @param settings - override those that its `main.tf` passes to the module */
export async function applied(
  ground: Ground,
  environment: string,
  settings: Record<string, unknown>,
): Promise<RunningEnvironment> {
  const { checkout, aws, runtime, database, issuer } = ground;
  checkout.configure(environment, settings);
  await checkout.terraform(environment, 'apply', '-auto-approve');
  const outputs = await checkout.outputs(environment);
  const { function_name: functionName, function_alias: alias, table_name: tableName } = outputs;
  const table = tableName === null ? undefined : await deployedTable(aws, database, tableName);
  const deployed = await deployedFunction(aws, functionName, alias, checkout.zipFile, runtime, table?.variables);
  const api = await deployedApi(aws, functionName);
  const callers = new Callers(outputs, issuer);
  const served = await serveDeployedApi(api, [deployed.lambda], { aws: callers.users, fetch: issuer.fetch });
  return {
    outputs,
    api,
    served,
    deployed,
    role: await Role.read(aws, deployed.roleName),
    table,
    callers,
    client: new Client(served.url, callers.identify),
    restart: () => deployed.lambda.stop(),
    stop: async () => {
      await served.stop();
      await deployed.stop();
      await table?.stop();
    },
  };
}
