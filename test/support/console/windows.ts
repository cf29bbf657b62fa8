import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startBrowser } from './browser.ts';
import type { ConsoleWindow, WindowOptions } from './window.ts';
import { openWindow } from './window.ts';

/** Opens a window for one test. */
export type OpenWindow = (options: WindowOptions) => Promise<ConsoleWindow>;

/** Words of a private key, of the mock VMs and of the tests. */
const KEY = /private key|key of vm-|BEGIN/;

/**
 * Starts one browser for the tests of a file. After each test its windows must be without faults, must keep no private
 * key in storage, and are closed.
 */
export function useWindows(): OpenWindow {
  let browser: Browser;
  const windows: ConsoleWindow[] = [];
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    const used = windows.splice(0);
    const kept = await Promise.all(used.map(storedIn));
    await Promise.all(used.map(({ context }) => context.close()));
    expect(used.flatMap(({ faults }) => faults)).toEqual([]);
    for (const text of kept) expect(text).not.toMatch(KEY);
  });
  return async (options) => {
    const opened = await openWindow(browser, options);
    windows.push(opened);
    return opened;
  };
}

/** All that a window keeps beyond the page. */
async function storedIn({ page, context }: ConsoleWindow): Promise<string> {
  const session = await page.evaluate<string>('JSON.stringify(sessionStorage)');
  return session + JSON.stringify(await context.storageState({ indexedDB: true }));
}
