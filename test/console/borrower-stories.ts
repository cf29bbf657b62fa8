import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { card, enterAs, getVm, giveBack, nameOfVm, shows } from '../support/console/acts.ts';
import { copyBy, downloadBy } from '../support/console/files.ts';
import { inspect } from '../support/console/inspection.ts';
import { tabTo } from '../support/console/keyboard.ts';
import { openTab } from '../support/console/window.ts';
import type { OpenWindow } from '../support/console/windows.ts';

const PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJTsU+hGDOkYQtdn8uu1F/u5zJ2GcTsOCQe+bHGqSvJI alice@laptop';

/** What a borrower does on the page of a deployment that lends in any name. */
export function borrowerStories(open: OpenWindow, url: () => string): void {
  it('lends a VM, shows how to log in to it, extends it, and takes it back', async () => {
    const { page } = await open({ url: url() });
    await enterAs(page, 'alice');
    await card(page, 'Get a VM').waitFor();
    await inspect(page, 'get');
    const vm = await getVm(page);
    const line = (await page.locator('.code code').textContent()) ?? '';
    expect(line).toMatch(/^ssh -i vm-\d\d .*tester@192\.0\.2\.\d+|ssh -i vm-\d\d .*@192\.0\.2\.\d+$/);
    await inspect(page, 'held');
    expect(await page.title()).toContain(vm);
    await extend(page);
    await giveBack(page);
  });

  it('lets its user copy and download what ssh needs', async () => {
    const { page } = await open({ url: url() });
    await enterAs(page, 'bob');
    const vm = await getVm(page);
    expect(await copyBy(page, 'Copy ssh line')).toBe(await page.locator('.code code').textContent());
    const key = await downloadBy(page, 'Download private key');
    expect(key).toEqual({ name: vm, text: `mock private key of ${vm}, opens nothing\n` });
    await giveBack(page);
  });

  it('lends for as long as its user chooses, and takes a public key', async () => {
    const { page } = await open({ url: url() });
    await enterAs(page, 'carol');
    await page.getByLabel(/^For/).selectOption({ label: '30 minutes' });
    await page.getByText('Log in with your own SSH key').click();
    await page.getByLabel(/^Your public key/).fill(PUBLIC_KEY);
    await getVm(page);
    expect(await page.getByRole('timer').textContent()).toMatch(/^(30:00|29:[0-5]\d)$/);
    await shows(page, 'Your own key opens this VM.');
    expect(await page.getByRole('button', { name: 'Download private key' }).count()).toBe(0);
    await giveBack(page);
  });

  it('shows the same VM in two tabs, in whichever it is taken and given back', async () => {
    const first = await open({ url: url() });
    await enterAs(first.page, 'dave');
    await card(first.page, 'Get a VM').waitFor();
    const second = await openTab(first);
    const vm = await getVm(first.page);
    await second.getByRole('button', { name: 'Get a VM' }).click();
    await second.getByRole('button', { name: 'Show it' }).click();
    expect(await nameOfVm(second)).toBe(vm);
    await giveBack(second);
    await first.page.getByRole('button', { name: 'Give back…' }).click();
    await first.page
      .getByRole('dialog')
      .getByRole('button', { name: /^Give .* back$/ })
      .click();
    await first.page.getByRole('alert').or(card(first.page, 'Get a VM')).first().waitFor();
  });

  it('works by keyboard alone', async () => {
    const { page } = await open({ url: url() });
    await page.getByLabel('User id').waitFor();
    await page.keyboard.type('erin');
    await page.keyboard.press('Enter');
    await card(page, 'Get a VM').waitFor();
    await tabTo(page, /^Get a VM$/);
    await page.keyboard.press('Enter');
    const vm = await nameOfVm(page);
    await tabTo(page, /^Give back/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await tabTo(page, /^Give back/);
    await page.keyboard.press('Enter');
    await tabTo(page, new RegExp(`^Give ${vm} back$`));
    await page.keyboard.press('Enter');
    await shows(card(page, 'Get a VM'), `${vm} was given back`);
  });

  it('remembers who borrows until they say that they are somebody else', async () => {
    const { page } = await open({ url: url() });
    await enterAs(page, 'frank');
    await card(page, 'Get a VM').waitFor();
    await page.reload();
    await card(page, 'Get a VM').waitFor();
    await page.getByRole('button', { name: 'Change user' }).click();
    await page.getByLabel('User id').waitFor();
  });

  it('refuses a user id that the API would refuse, and says the rule', async () => {
    const { page } = await open({ url: url() });
    for (const bad of ['a b', '<b>alice</b>', 'ä', 'x'.repeat(129)]) {
      await enterAs(page, bad);
      const field = page.locator('input:invalid').first();
      expect(await field.inputValue()).toBe(bad);
      expect(await field.getAttribute('title')).toMatch(/^1 to 128 characters/);
    }
    await enterAs(page, ' grace ');
    await card(page, 'Get a VM').waitFor();
  });
}

/** Extends the lease by as much as the pool allows, and expects that it ends later. */
async function extend(page: Page): Promise<void> {
  const end = card(page, 'Your VM').locator('time').first();
  const before = await end.getAttribute('datetime');
  await page.getByLabel('Keep it, from now, for').selectOption({ index: -1 + (await optionsOf(page)) });
  await page.getByRole('button', { name: 'Renew' }).click();
  await card(page, 'Your VM')
    .locator(`time:not([datetime="${String(before)}"])`)
    .first()
    .waitFor();
  const after = await end.getAttribute('datetime');
  expect(Date.parse(String(after))).toBeGreaterThan(Date.parse(String(before)));
}

async function optionsOf(page: Page): Promise<number> {
  return page.getByLabel('Keep it, from now, for').locator('option').count();
}
