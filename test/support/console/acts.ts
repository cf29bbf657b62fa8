/** What people do on the page, by the roles and names that everybody finds things by. */
import type { Locator, Page } from 'playwright-core';

/** Says who they are, where nobody asks for proof. */
export async function enterAs(page: Page, userid: string, operator?: string): Promise<void> {
  await page.getByLabel('User id').fill(userid);
  if (operator !== undefined) {
    await page.getByText('I am an operator').click();
    await page.getByLabel(/^Operator/).fill(operator);
  }
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** Gets a VM. @returns its id */
export async function getVm(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Get a VM' }).click();
  return nameOfVm(page);
}

/** The card with a title. */
export function card(page: Page, title: string): Locator {
  return page.getByRole('region', { name: title });
}

/** The VM that the page shows as the user's own. */
export async function nameOfVm(page: Page): Promise<string> {
  return (await card(page, 'Your VM').locator('strong').first().textContent()) ?? '';
}

/** Gives the VM back, and says so twice. */
export async function giveBack(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Give back…' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Give .* back$/ })
    .click();
  await shows(card(page, 'Get a VM'), /was given back/);
}

/** The row of a VM in the operators' list. */
export function rowOf(page: Page, id: string): Locator {
  return card(page, 'All VMs')
    .getByRole('row')
    .filter({ has: page.getByRole('button', { name: `Events of ${id}`, exact: true }) });
}

/** Carries out an order. @returns its dialog, which closes when the service has done it */
export async function order(page: Page, verb: string, id: string, reason: string): Promise<Locator> {
  await page.getByRole('button', { name: `${verb} ${id}`, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Reason/).fill(reason);
  await dialog.getByRole('button', { name: verb, exact: true }).click();
  return dialog;
}

/** Waits until something with this text is to be seen. */
export async function shows(place: Locator | Page, text: string | RegExp): Promise<void> {
  await place.getByText(text).first().waitFor();
}
