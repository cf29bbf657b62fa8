import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';
import { programOnPath } from '../../../scripts/lib/missing-tools.ts';

const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

/** Starts Debian's Chromium, without a window. It asks nothing of anybody by itself. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = programOnPath('chromium');
  if (executablePath === undefined) throw new Error('chromium is missing (apt-get install chromium)');
  // The sandbox does not work for root, as which CI runs.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', ...QUIET] });
}
