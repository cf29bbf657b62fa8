import type { Browser, BrowserContext, Page } from 'playwright-core';

/** How a window is opened. */
export interface WindowOptions {
  /** URL of the page. */
  readonly url: string;
  /** Origins besides the page's own to which it may send requests, such as the issuer's. */
  readonly origins?: readonly string[];
  readonly width?: number;
}

/** A browser's window with cookies and storage of its own, and what went wrong in it. */
export interface ConsoleWindow {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Violations of the CSP, errors of scripts, and requests to elsewhere; none in a page that works. */
  readonly faults: string[];
}

/** Reports each violation of the page's Content Security Policy. */
const WATCH = `document.addEventListener('securitypolicyviolation', (violation) =>
  reportViolation(violation.violatedDirective + ' forbids ' + (violation.blockedURI || violation.sample)))`;

/** A time-out of Playwright shows what it waited for; one of Jest does not. */
const PATIENCE_MS = 20_000;

/** Opens a window, and the page in it. Its texts can be copied to the clipboard, and read from it. */
export async function openWindow(browser: Browser, options: WindowOptions): Promise<ConsoleWindow> {
  const { url, origins = [], width = 1280 } = options;
  const permissions = ['clipboard-read', 'clipboard-write'];
  const context = await browser.newContext({ viewport: { width, height: 900 }, permissions, locale: 'en-GB' });
  context.setDefaultTimeout(PATIENCE_MS);
  const faults: string[] = [];
  await context.exposeBinding('reportViolation', (_, violation: string) => faults.push(`CSP: ${violation}`));
  await context.addInitScript({ content: WATCH });
  watch(context, faults, [new URL(url).origin, ...origins]);
  const page = await context.newPage();
  await page.goto(url);
  return { page, context, faults };
}

/** Opens the page once more, with the same cookies and storage. */
export async function openTab({ context, page }: ConsoleWindow): Promise<Page> {
  const tab = await context.newPage();
  await tab.goto(page.url());
  return tab;
}

function watch(context: BrowserContext, faults: string[], origins: readonly string[]): void {
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (/^https?:$/.test(protocol) && !origins.includes(origin)) faults.push(`elsewhere: ${request.url()}`);
  });
  context.on('weberror', (error) => faults.push(`script: ${String(error.error())}`));
  context.on('console', (message) => {
    // Chromium writes a line for each answer of 400 and more; some tests want such answers.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (['error', 'warning'].includes(message.type()) && !isAnswer) faults.push(`console: ${message.text()}`);
  });
}
