import { LambdaClient, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { expect, it } from '@jest/globals';
import { qualifiedVersion } from '../support/emulated-aws/deployed-function.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import type { Checkout } from './checkout.ts';
import type { RunningEnvironment } from './environment.ts';

/** Where the alias of dev's function leads once another apply has made dev ask for tokens. */
export function versionStories(
  running: () => RunningEnvironment,
  account: () => EmulatedAws,
  checkout: () => Checkout,
): void {
  const leads = async () => {
    const { settings } = await qualifiedVersion(account(), 'vm-pool-dev', 'live');
    return [settings.version, settings.variables.AUTHORIZATION];
  };

  it('publishes a version when only settings change, and the alias leads there', async () => {
    expect(await leads()).toEqual(['2', 'jwt']);
    expect(running().outputs).toMatchObject({ function_version: '2', function_alias: 'live' });
  });

  it('can lead back to the version before, until the next apply', async () => {
    const client = new LambdaClient(account().clientConfig);
    await client.send(new UpdateAliasCommand({ FunctionName: 'vm-pool-dev', Name: 'live', FunctionVersion: '1' }));
    client.destroy();
    expect(await leads()).toEqual(['1', 'none']);
    await checkout().terraform('dev', 'apply', '-auto-approve');
    expect(await leads()).toEqual(['2', 'jwt']);
  });
}
