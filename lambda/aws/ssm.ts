import type { AwsOptions } from './client.ts';
import { JsonApi } from './json-api.ts';

/**
 * Reads a SecureString of the Parameter Store.
 *
 * @param name - or ARN
 * @param timeoutMs - longest wait, the second try included
 * @returns undefined when the parameter is of another type
 * @throws {@link AwsError}
 */
export type ReadParameter = (name: string, timeoutMs: number) => Promise<unknown>;

/** Makes the reader (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html). */
export function parameterReader(aws: AwsOptions): ReadParameter {
  const ssm = new JsonApi('ssm', 'AmazonSSM', aws);
  return async (name, timeoutMs) => {
    const answer = await ssm.call('GetParameter', { Name: name, WithDecryption: true }, { timeoutMs });
    const { Type, Value } = (answer.Parameter ?? {}) as Partial<Record<string, unknown>>;
    return Type === 'SecureString' ? Value : undefined;
  };
}
