/** What IAM asks of the functions that lend real VMs, out of their recorded calls. */
import { accessKeyIdOf } from '../lambda-runtime/lambda-function.ts';
import type { Use } from './iam.ts';
import { instanceUses } from './instance-uses.ts';
import type { RecordedCall } from './server.ts';
import { ACCOUNT_ID } from './server.ts';

type Texts = Readonly<Record<string, string>>;

/** The use of each call that the functions make, but for those about EC2 instances. */
const USES: Readonly<Record<string, (of: Texts, region: string) => Use>> = {
  'kms:Sign': ({ KeyId = '', MessageType = '', SigningAlgorithm = '' }) => ({
    action: 'kms:Sign',
    resource: KeyId,
    context: { 'kms:MessageType': MessageType, 'kms:SigningAlgorithm': SigningAlgorithm },
  }),
  's3:GetObject': ({ Bucket = '', Key = '' }) => ({
    action: 's3:GetObject',
    resource: `arn:aws:s3:::${Bucket}/${Key}`,
  }),
  'secretsmanager:GetSecretValue': ({ SecretId = '' }, region) => ({
    action: 'secretsmanager:GetSecretValue',
    // AWS puts six characters behind the name.
    resource: `arn:aws:secretsmanager:${region}:${ACCOUNT_ID}:secret:${SecretId}-AbCdEf`,
  }),
  'ssm:GetParameter': ({ Name = '' }, region) => ({
    action: 'ssm:GetParameter',
    resource: `arn:aws:ssm:${region}:${ACCOUNT_ID}:parameter/${Name.replace(/^\//, '')}`,
  }),
};

/**
 * Every distinct use by a function, which signs its calls with an access key of its own.
 *
 * @param calls - all recorded calls
 * @param tags - of EC2 instances, by their ids
 * @throws Error for a call that is not in the list
 */
export function usesOfFunction(
  calls: readonly RecordedCall[],
  functionName: string,
  tags: ReadonlyMap<string, Texts> = new Map(),
): Use[] {
  const own = calls.filter(({ key }) => key === accessKeyIdOf(functionName));
  const uses = own.flatMap((call): readonly Use[] => {
    const { service, operation, parameters, region } = call;
    const use = USES[`${service}:${operation}`];
    if (use !== undefined) return [use(parameters as Texts, region)];
    const ofInstances = instanceUses(call, functionName, tags);
    if (ofInstances === undefined) throw new Error(`${functionName} calls ${service} ${operation}`);
    return ofInstances;
  });
  return [...new Map(uses.map((use) => [JSON.stringify(use), use])).values()];
}
