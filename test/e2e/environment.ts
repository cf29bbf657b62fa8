import type { DynamoDbLocal } from '../../scripts/lib/dynamodb-local/start.ts';
import type { LambdaRuntime } from '../../scripts/lib/lambda-runtime/install.ts';
import type { DeployedApi } from '../support/emulated-aws/deployed-api.ts';
import { deployedApi } from '../support/emulated-aws/deployed-api.ts';
import type { DeployedFunction } from '../support/emulated-aws/deployed-function.ts';
import { deployedFunction, qualifiedVersion } from '../support/emulated-aws/deployed-function.ts';
import type { DeployedTable } from '../support/emulated-aws/deployed-table.ts';
import { deployedTable } from '../support/emulated-aws/deployed-table.ts';
import { InvokeApi } from '../support/emulated-aws/invoke-api.ts';
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

/** The function that visits the VMs of an environment, and how the main function reaches it. */
export interface RunningVisitor {
  readonly deployed: DeployedFunction;
  readonly role: Role;
  readonly invokeApi: InvokeApi;
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
  /** Undefined with mock VMs */
  readonly visitor: RunningVisitor | undefined;
  readonly callers: Callers;
  readonly client: Client;
  /** Ends the function's processes, and with them the leases in their memory. The next call starts a new process. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Applies an environment and runs it.
 *
 * @param settings - override those that its `main.tf` passes to the module
 * @param before - the same environment before this apply, whose table goes on
 */
export async function applied(
  ground: Ground,
  environment: string,
  settings: Record<string, unknown>,
  before?: RunningEnvironment,
): Promise<RunningEnvironment> {
  const { checkout, aws, database, issuer } = ground;
  checkout.configure(environment, settings);
  await checkout.terraform(environment, 'apply', '-auto-approve');
  const outputs = await checkout.outputs(environment);
  const { function_name: functionName, table_name: tableName } = outputs;
  const table = before?.table ?? (tableName === null ? undefined : await deployedTable(aws, database, tableName));
  const visitor = await runningVisitor(ground, outputs);
  const deployed = await runningFunction(ground, outputs, { ...table?.variables, ...visitor?.invokeApi.variables });
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
    visitor,
    callers,
    client: new Client(served.url, callers.identify),
    restart: () => deployed.lambda.stop(),
    stop: async () => {
      await served.stop();
      await deployed.stop();
      await visitor?.invokeApi.stop();
      await visitor?.deployed.stop();
      if (before === undefined) await table?.stop();
    },
  };
}

/** Runs the main function. @param endpoints - variables that lead it to services on this machine */
function runningFunction(ground: Ground, outputs: Outputs, endpoints: Record<string, string>) {
  const { checkout, aws, runtime } = ground;
  const { function_name: name, function_alias: alias } = outputs;
  const toAws = outputs.inventory_url === null ? {} : { AWS_ENDPOINT_URL: aws.endpoint };
  return deployedFunction(aws, name, alias, checkout.zipFile, runtime, { ...toAws, ...endpoints });
}

/** Runs the version of the visitor that the main function invokes. Its calls of AWS would reach the emulated one. */
async function runningVisitor(ground: Ground, outputs: Outputs): Promise<RunningVisitor | undefined> {
  const { checkout, aws, runtime } = ground;
  if (outputs.visitor_function_name === null) return undefined;
  const { settings } = await qualifiedVersion(aws, outputs.function_name, outputs.function_alias);
  const [name = '', version = ''] = settings.variables.VISITOR_FUNCTION?.split(':').slice(-2) ?? [];
  const toAws = { AWS_ENDPOINT_URL: aws.endpoint };
  const deployed = await deployedFunction(aws, name, version, checkout.zipFile, runtime, toAws);
  return {
    deployed,
    role: await Role.read(aws, deployed.roleName),
    invokeApi: await InvokeApi.start([deployed.lambda]),
  };
}
