import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { card, enterAs, order, rowOf, shows } from '../support/console/acts.ts';
import { inspect } from '../support/console/inspection.ts';
import type { OpenWindow } from '../support/console/windows.ts';

/** A reason that a careless page would run. */
const HOSTILE = `</script><img src=x onerror="document.title='hacked'"> & <b>bold</b>`;

/** What the operator `ops` does on the page of a deployment that lends in any name. */
export function operatorStories(open: OpenWindow, url: () => string): void {
  const openAsOperator = async (): Promise<Page> => {
    const { page } = await open({ url: url() });
    await enterAs(page, 'ops', 'ops');
    await rowOf(page, 'vm-01').waitFor();
    return page;
  };

  it('shows operators all VMs: state, holder, reason, since when and until when', async () => {
    await borrow(url(), 'grace');
    const page = await openAsOperator();
    const row = card(page, 'All VMs').getByRole('row', { name: /grace/ });
    await row.waitFor();
    expect(await row.locator('time').count()).toBe(2);
    await shows(row, 'lent');
    await inspect(page, 'operators');
    await giveBack(url(), 'grace');
  });

  it('filters by state, searches, and keeps both in the address', async () => {
    await borrow(url(), 'heidi');
    const page = await openAsOperator();
    const rows = card(page, 'All VMs').locator('tbody tr');
    await page.getByRole('group', { name: 'State' }).getByRole('button', { name: /^lent/ }).click();
    expect(await rows.count()).toBe(1);
    await page.reload();
    await rows.first().waitFor();
    expect(await rows.count()).toBe(1);
    await page.getByRole('group', { name: 'State' }).getByRole('button', { name: /^all/ }).click();
    await page.getByRole('searchbox').fill('heidi');
    expect(await rows.count()).toBe(1);
    await page.getByRole('searchbox').fill('nobody-like-this');
    await shows(page, 'No VM matches.');
    await giveBack(url(), 'heidi');
  });

  it('shows the events of a VM and of a user', async () => {
    await borrow(url(), 'ivan');
    const page = await openAsOperator();
    await page.getByRole('button', { name: 'Events of user ivan' }).click();
    const dialog = page.getByRole('dialog', { name: 'Events of user ivan' });
    await dialog.getByRole('listitem').first().waitFor();
    await inspect(page, 'events');
    await dialog
      .getByRole('button', { name: /^vm-\d\d$/ })
      .first()
      .click();
    await page
      .getByRole('dialog', { name: /^Events of vm-/ })
      .getByRole('button', { name: 'ivan' })
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await giveBack(url(), 'ivan');
  });

  it('carries out each order, with its reason as text', async () => {
    const page = await openAsOperator();
    await order(page, 'Drain', 'vm-05', HOSTILE);
    await shows(rowOf(page, 'vm-05'), 'drained');
    await shows(rowOf(page, 'vm-05'), HOSTILE);
    await order(page, 'Return', 'vm-05', 'fine again');
    await rowOf(page, 'vm-05').getByRole('button', { name: 'Drain vm-05' }).waitFor();
    await order(page, 'Quarantine', 'vm-05', 'smells');
    await shows(rowOf(page, 'vm-05'), 'quarantined');
    await order(page, 'Return', 'vm-05', 'aired');
    await rowOf(page, 'vm-05').getByRole('button', { name: 'Quarantine vm-05' }).waitFor();
    expect(await page.title()).not.toContain('hacked');
    await page.getByRole('button', { name: 'Events of vm-05' }).click();
    await shows(page.getByRole('dialog'), HOSTILE);
  });

  it('takes a VM from its user, whose page says so', async () => {
    const borrower = await open({ url: url() });
    await enterAs(borrower.page, 'judy');
    await borrower.page.getByRole('button', { name: 'Get a VM' }).click();
    const vm = (await card(borrower.page, 'Your VM').locator('strong').first().textContent()) ?? '';
    const page = await openAsOperator();
    await page.getByRole('button', { name: `Force release ${vm}` }).click();
    await inspect(page, 'order');
    await page
      .getByRole('dialog')
      .getByLabel(/^Reason/)
      .fill('needed elsewhere');
    await page.getByRole('dialog').getByRole('button', { name: 'Force release' }).click();
    await rowOf(page, vm)
      .getByRole('button', { name: `Drain ${vm}` })
      .waitFor();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await borrower.page.reload();
    await card(borrower.page, 'Get a VM').waitFor();
  });

  it('wants a reason, and says why the service refuses an order', async () => {
    const page = await openAsOperator();
    await page.getByRole('button', { name: 'Quarantine vm-04' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Quarantine', exact: true }).click();
    expect(await dialog.isVisible()).toBe(true);
    await Promise.all(['u1', 'u2', 'u3', 'u4', 'u5'].map((user) => borrow(url(), user)));
    await dialog.getByLabel(/^Reason/).fill('too late');
    await dialog.getByRole('button', { name: 'Quarantine', exact: true }).click();
    await dialog.getByRole('alert').waitFor();
    await inspect(page, 'refused-order');
    await Promise.all(['u1', 'u2', 'u3', 'u4', 'u5'].map((user) => giveBack(url(), user)));
  });

  it('says to somebody who is not an operator that they are not', async () => {
    const { page } = await open({ url: url() });
    await enterAs(page, 'mallory', 'mallory');
    await card(page, 'All VMs').getByRole('alert').waitFor();
  });
}

/** Borrows behind the page's back. */
async function borrow(url: string, userid: string): Promise<void> {
  await call(`${url}getvm`, userid);
}

async function giveBack(url: string, userid: string): Promise<void> {
  await call(`${url}releasevm`, userid);
}

async function call(url: string, userid: string): Promise<void> {
  const { status } = await fetch(url, { method: 'POST', body: new URLSearchParams({ userid }) });
  expect({ url, userid, status }).toEqual({ url, userid, status: 200 });
}
