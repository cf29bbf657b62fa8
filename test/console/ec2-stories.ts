import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Login } from '../../lambda/pool/access.ts';
import type { PoolRules } from '../../lambda/pool/pool.ts';
import type { Unready } from '../../lambda/pool/provider.ts';
import type { ServedApi } from '../support/api/served-api.ts';
import { callApi } from '../support/api/served-api.ts';
import { card, enterAs, giveBack, nameOfVm, shows } from '../support/console/acts.ts';
import { inspect } from '../support/console/inspection.ts';
import { serveSite } from '../support/console/sites.ts';
import type { OpenWindow } from '../support/console/windows.ts';
import { someVms } from '../support/pool/lending.ts';

const PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJTsU+hGDOkYQtdn8uu1F/u5zJ2GcTsOCQe+bHGqSvJI alice@laptop';
const LEASE = { defaultMinutes: 60, maxMinutes: 480 };
const RULES = { name: 'default', aliases: [], check: 'none', reset: 'none', lease: LEASE } as const;

/** What a borrower sees of VMs that are started when they are lent, and that somebody may terminate. */
export function ec2Stories(open: OpenWindow): void {
  let served: ServedApi;
  beforeEach(async () => {
    served = await serveSite(someVms(2));
  });
  afterEach(() => served.close());

  const opens = (outcome: { login: Login } | { unready: Unready }, access: PoolRules['access']) => {
    served.provider.pools.set('default', { ...RULES, access });
    served.provider.open = async ({ vm }) => ({ vm, ...outcome });
  };
  const openAs = async (user: string): Promise<Page> => {
    const { page } = await open({ url: `${served.url}/` });
    await page.clock.install();
    await page.reload();
    await enterAs(page, user);
    return page;
  };

  it('shows what a VM waits for, and how to log in as soon as it is ready', async () => {
    opens({ unready: { status: 'starting', why: 'the instance is pending', againInSec: 7 } }, 'instance-connect');
    const page = await openAs('alice');
    await page.getByRole('button', { name: 'Get a VM' }).click();
    expect(await page.locator('textarea:invalid').count()).toBe(1);
    await inspect(page, 'key-needed');
    await page.getByLabel(/^Your public key \(Ed25519 or RSA\)/).fill(PUBLIC_KEY);
    await page.getByRole('button', { name: 'Get a VM' }).click();
    await shows(card(page, 'Your VM'), 'Being started');
    await shows(page, /: the instance is pending\. Next look in 00:0[1-7]\./);
    expect(await page.title()).toBe('vm-01 is being started – vm-pool');
    expect(await page.getByRole('timer').count()).toBe(0);
    await inspect(page, 'starting');

    const keyAcceptedUntilSec = served.clock.nowSec + 60;
    const knownHosts = ['192.0.2.1 ssh-ed25519 AAAA'];
    opens({ login: { login: 'instance-connect', keyAcceptedUntilSec, knownHosts } }, 'instance-connect');
    await page.clock.fastForward('00:08');
    await shows(page, 'ssh -o UserKnownHostsFile=vm-01.known_hosts tester@192.0.2.1');
    await shows(page, /^The VM takes your key for \d\d seconds more/);
    await page.getByRole('timer').waitFor();
    await inspect(page, 'key-taken');
    await giveBack(page);
  });

  it('says that a VM is gone, and lends another', async () => {
    await callApi(served, 'POST', '/getvm', { userid: 'bob' });
    opens({ unready: { status: 'gone', why: 'it was terminated', againInSec: 60 } }, 'certificate');
    const page = await openAs('bob');
    const alert = card(page, 'Your VM').getByRole('alert');
    await shows(alert, 'vm-01 no longer exists: it was terminated. Give it back, then get another VM.');
    await inspect(page, 'gone');
    opens({ login: { login: 'session-manager', region: 'eu-central-1' } }, 'session-manager');
    await giveBack(page);
    await page.getByRole('button', { name: 'Get a VM' }).click();
    expect(await nameOfVm(page)).toMatch(/^vm-0\d$/);
    await shows(page.locator('.code'), `vm-pool ssh --url ${served.url} --user bob`);
    await shows(page, /^This VM has no open port/);
    await inspect(page, 'session-manager');
  });
}
