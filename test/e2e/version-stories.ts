import { LambdaClient, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { expect, it } from '@jest/globals';
import { aliasedVersion } from '../support/emulated-aws/deployed-function.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import type { Checkout } from './checkout.ts';

/** What becomes of the versions of dev's function, and where its alias leads. */
export function versionStories(account: () => EmulatedAws, checkout: () => Checkout): void {
  const leads = async () => {
    const { settings } = await aliasedVersion(account(), 'vm-pool-dev', 'live');
    return [settings.version, settings.variables.LEASE_DEFAULT_MINUTES];
  };
  const published = () => checkout().terraform('dev', 'output', '-json', 'vm_pool');

  it('publishes a version when only a setting changes, and the alias leads there', async () => {
    expect(await leads()).toEqual(['1', '480']);
    checkout().configure('dev', { lease_default_minutes: 60 });
    await checkout().terraform('dev', 'apply', '-auto-approve');
    expect(await leads()).toEqual(['2', '60']);
    expect(JSON.parse(await published())).toMatchObject({ function_version: '2', function_alias: 'live' });
  });

  it('can lead back to the version before, until the next apply', async () => {
    const client = new LambdaClient(account().clientConfig);
    await client.send(new UpdateAliasCommand({ FunctionName: 'vm-pool-dev', Name: 'live', FunctionVersion: '1' }));
    client.destroy();
    expect(await leads()).toEqual(['1', '480']);
    await checkout().terraform('dev', 'apply', '-auto-approve');
    expect(await leads()).toEqual(['2', '60']);
  });
}
