import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';

/** Presses a button that saves a file. */
export async function downloadBy(page: Page, name: string): Promise<{ readonly name: string; readonly text: string }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name, exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

/** Presses a button that copies a text. */
export async function copyBy(page: Page, name: string): Promise<string> {
  const button = page.getByRole('button', { name, exact: true });
  await button.click();
  await button.filter({ hasText: 'Copied' }).waitFor();
  return page.evaluate<string>('navigator.clipboard.readText()');
}
