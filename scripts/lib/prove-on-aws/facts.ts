import { asObject } from '../api-client/client.ts';
import type { Account } from './account.ts';
import { functionOf } from './deployed-api.ts';

/** What was proved: where, and which versions. A version that can't be found out is `unknown`. */
export async function factsOf(account: Account): Promise<Record<string, string>> {
  const { region, outputs, run } = account.parts;
  const known = async (look: () => Promise<unknown>) => {
    const value = await look().catch(() => undefined);
    return typeof value === 'string' && value !== '' ? value : 'unknown';
  };
  const settings = await functionOf(account).catch(() => ({}));
  const live = ['--function-name', outputs.functionName, '--name', 'live'];
  return {
    region: region ?? 'unknown',
    authorization: account.guard,
    leases: outputs.tableName === undefined ? 'memory' : 'DynamoDB',
    VMs: outputs.visitorName === undefined ? 'mock' : 'own',
    commit: await known(async () => (await run('git', ['describe', '--always', '--dirty'])).stdout.trim()),
    'function version': await known(async () => (await account.aws('lambda', 'get-alias', ...live)).FunctionVersion),
    runtime: await known(async () => asObject(settings).Runtime),
    Terraform: await known(async () => /v\d+[.]\d+\S*/.exec((await run('terraform', ['version'])).stdout)?.[0]),
    'aws CLI': await known(async () => /aws-cli\/(\S+)/.exec((await run('aws', ['--version'])).stdout)?.[1]),
  };
}
