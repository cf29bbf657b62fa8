import type { Page } from 'playwright-core';

/** Most stops on the way to anything. */
const MOST_STOPS = 60;

/** What is announced of the element with the focus. */
const FOCUSED = `(({ activeElement: element }) =>
  element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent)(document)`;

/** Presses Tab until something has the focus. @throws Error with all stops when it never has */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  const stops: string[] = [];
  while (stops.length < MOST_STOPS) {
    const stop = await page.evaluate<string>(FOCUSED);
    if (name.test(stop.trim())) return;
    stops.push(stop.trim().slice(0, 40));
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reaches ${String(name)}: ${stops.join(' > ')}`);
}
