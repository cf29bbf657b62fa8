import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from '@jest/globals';
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** A computer's screen and a phone's. Whatever is wrong with a theme shows in either. */
const SCREENS = [
  { width: 1280, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const;

/** Folder for pictures of what is inspected, in each theme and width; none are made without it. */
const { PICTURES: pictures = '' } = process.env;

/**
 * Expects that everybody can use the current page: axe finds no fault, and nothing reaches beyond the screen.
 *
 * @param name - of the state, such as `empty`
 */
export async function inspect(page: Page, name: string): Promise<void> {
  const size = page.viewportSize() ?? { width: 1280, height: 900 };
  for (const screen of SCREENS) {
    await show(page, screen);
    const found = await faultsOf(page);
    expect({ name, ...screen, found, overflow: await overflowOf(page) }).toEqual({
      ...{ name, ...screen },
      found: [],
      overflow: 0,
    });
  }
  if (pictures !== '') await picture(page, name);
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: null });
}

async function show(page: Page, { width, colorScheme }: Screen): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
}

interface Screen {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
}

async function faultsOf(page: Page): Promise<unknown[]> {
  if (!(await page.evaluate<boolean>(`'axe' in globalThis`))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
  return violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }));
}

/** How far the page reaches beyond the right edge, pixels. */
async function overflowOf(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** Pictures of what fits on the screen, and of the whole page where that is more. */
async function picture(page: Page, name: string): Promise<void> {
  await mkdir(pictures, { recursive: true });
  for (const { width } of SCREENS) {
    for (const { colorScheme } of SCREENS) {
      await show(page, { width, colorScheme });
      const file = path.join(pictures, `${name}-${String(width)}-${colorScheme}`);
      await page.screenshot({ path: `${file}.png` });
      const isTall = await page.evaluate<boolean>('document.documentElement.scrollHeight > innerHeight');
      if (isTall) await page.screenshot({ path: `${file}-whole.png`, fullPage: true });
    }
  }
}
