import type { Json } from '../api-client/client.ts';
import { asObject } from '../api-client/client.ts';
import type { Account } from './account.ts';

/** The objects in a list of an AWS answer. */
export function listed(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(asObject) : [];
}

/** The environment's HTTP API, as AWS describes it. @throws Error when none has its name */
export async function apiOf(account: Account): Promise<Json & { readonly ApiId: string }> {
  const { functionName } = account.parts.outputs;
  const { Items } = await account.aws('apigatewayv2', 'get-apis');
  const api = listed(Items).find(({ Name }) => Name === functionName);
  if (typeof api?.ApiId !== 'string') throw new Error(`the account has no API with the name ${functionName}`);
  return { ...api, ApiId: api.ApiId };
}

/** The function, as AWS describes it. */
export function functionOf(account: Account): Promise<Json> {
  return account.aws('lambda', 'get-function-configuration', '--function-name', account.parts.outputs.functionName);
}

/** The settings of the function, as environment variables. */
export async function settingsOf(account: Account): Promise<Json> {
  return asObject(asObject((await functionOf(account)).Environment).Variables);
}
