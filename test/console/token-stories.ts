import { EventEmitter, once } from 'node:events';
import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { card, getVm, giveBack, rowOf, shows } from '../support/console/acts.ts';
import { inspect } from '../support/console/inspection.ts';
import type { OpenWindow } from '../support/console/windows.ts';
import type { OpenIdProvider } from '../support/identity/openid-provider.ts';

/** Signing in by authorization code with PKCE, where the API wants tokens. */
export function tokenStories(open: OpenWindow, url: () => string, provider: () => OpenIdProvider): void {
  const openPage = async () => (await open({ url: url(), origins: [provider().url] })).page;
  const openAs = async (user: string): Promise<Page> => {
    const page = await openPage();
    await signIn(page, user);
    await card(page, 'Get a VM').waitFor();
    return page;
  };

  it('signs in by a code that leaves the address bar, borrows, and signs out at the issuer', async () => {
    const page = await openPage();
    await page.getByRole('button', { name: /^Sign in at/ }).waitFor();
    await inspect(page, 'sign-in');
    await signIn(page, 'alice');
    await card(page, 'Get a VM').waitFor();
    expect(page.url()).toBe(url());
    expect(
      provider()
        .asked.filter((path) => path.startsWith('/auth?'))
        .at(-1),
    ).toContain('code_challenge_method=S256');
    await shows(page, 'alice@example.com');
    await getVm(page);
    await page.reload();
    await card(page, 'Your VM').waitFor();
    await giveBack(page);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(url());
    await page.getByRole('button', { name: /^Sign in at/ }).click();
    await page.getByLabel('User').waitFor();
  });

  it('shows all VMs to those whose token makes them operators, and to nobody else', async () => {
    const ops = await openAs('ops');
    await rowOf(ops, 'vm-01').waitFor();
    const bob = await openAs('bob');
    await bob.getByRole('article').first().waitFor();
    expect(await card(bob, 'All VMs').count()).toBe(0);
  });

  it('says why a sign-in failed, and offers another', async () => {
    const page = await openPage();
    await page.getByRole('button', { name: /^Sign in at/ }).click();
    await page.getByLabel('User').waitFor();
    await page.getByRole('button', { name: 'Refuse' }).click();
    await shows(page.getByRole('alert'), /refused/);
    expect(page.url()).toBe(url());
    await inspect(page, 'sign-in-refused');
    await signIn(page, 'alice');
    await card(page, 'Get a VM').waitFor();
  });

  it('gets a new token before the old one ends', async () => {
    const page = await openAs('alice');
    const before = await tokensIn(page);
    await changeTokens(page, { expires_at: 1 });
    await page.reload();
    await card(page, 'Get a VM').waitFor();
    expect(await tokensIn(page)).not.toEqual(before);
  });

  it('keeps no token of somebody who signs out while a new one is on its way', async () => {
    const page = await openAs('alice');
    await changeTokens(page, { expires_at: 1 });
    const issuer = new EventEmitter();
    const [refreshed, revoked] = [once(issuer, 'refresh'), once(issuer, 'revoke')];
    await page.route('**/token', async (route) => {
      await refreshed;
      await route.fulfill({ status: 400, json: { error: 'invalid_grant' } });
    });
    await page.route('**/token/revocation', async (route) => {
      await revoked;
      await route.continue();
    });
    const asked = page.waitForRequest('**/token');
    await page.reload();
    await asked;
    await page.getByRole('button', { name: 'Sign out' }).click();
    const answered = page.waitForResponse('**/token');
    issuer.emit('refresh');
    await answered;
    await shows(page, 'Your session has ended.');
    expect(await tokensIn(page)).toBeNull();
    issuer.emit('revoke');
    await page.waitForURL(`${provider().url}/**`);
  });

  it('signs out of the page while the issuer is away', async () => {
    const page = await openAs('alice');
    await page.reload();
    await card(page, 'Get a VM').waitFor();
    await page.route(`${provider().url}/**`, (route) => route.abort());
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: /^Sign in at/ }).waitFor();
    expect(await tokensIn(page)).toBeNull();
  });

  it('says that the session has ended, and signs in again', async () => {
    const page = await openAs('alice');
    await changeTokens(page, { expires_at: 1, refresh_token: 'of somebody else' });
    await page.reload();
    await shows(page, 'Your session has ended.');
    await inspect(page, 'session-ended');
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await card(page, 'Get a VM').waitFor();
  });
}

/** Signs in at the issuer's forms. */
async function signIn(page: Page, user: string): Promise<void> {
  await page.getByRole('button', { name: /^Sign in at/ }).click();
  await page.getByLabel('User').fill(user);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
}

async function tokensIn(page: Page): Promise<string> {
  return page.evaluate<string>(`sessionStorage.getItem('vm-pool.tokens')`);
}

/** Makes the tokens of the page others. */
async function changeTokens(page: Page, change: Readonly<Record<string, unknown>>): Promise<void> {
  const tokens = { ...(JSON.parse(await tokensIn(page)) as object), ...change };
  await page.evaluate(`sessionStorage.setItem('vm-pool.tokens', ${JSON.stringify(JSON.stringify(tokens))})`);
}
