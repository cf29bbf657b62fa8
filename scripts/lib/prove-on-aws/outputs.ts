import type { Json } from '../api-client/client.ts';
import { asObject } from '../api-client/client.ts';
import type { Outputs } from './account.ts';

/**
 * Reads what `scripts/terraform ENVIRONMENT output -json` prints.
 *
 * @throws Error when it is not a deployed environment's
 */
export function outputsIn(printed: Json): Outputs {
  const values = asObject(asObject(printed.vm_pool).value);
  const text = (name: string): string => {
    const value = values[name];
    if (typeof value !== 'string') throw new Error(`the output vm_pool has no ${name}; apply the environment first`);
    return value;
  };
  const optional = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
  return {
    apiUrl: text('api_url'),
    functionName: text('function_name'),
    logGroup: text('log_group_name'),
    accessLogGroup: text('access_log_group_name'),
    tableName: optional('table_name'),
    visitorName: optional('visitor_function_name'),
  };
}
