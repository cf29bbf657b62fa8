import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { OPERATOR } from '../support/api/modes.ts';
import type { ServedApi } from '../support/api/served-api.ts';
import { callApi } from '../support/api/served-api.ts';
import { card, enterAs, getVm, nameOfVm, order, rowOf, shows } from '../support/console/acts.ts';
import { inspect } from '../support/console/inspection.ts';
import { serveSite } from '../support/console/sites.ts';
import type { OpenWindow } from '../support/console/windows.ts';
import { someVms } from '../support/pool/lending.ts';

/** What the page shows when something is not as people wish. */
export function weatherStories(open: OpenWindow): void {
  let served: ServedApi;
  beforeEach(async () => {
    served = await serveSite(someVms(3));
  });
  afterEach(() => served.close());

  const openAs = async (user: string, operator?: string) => {
    const opened = await open({ url: `${served.url}/` });
    await opened.page.clock.install();
    await opened.page.reload();
    await enterAs(opened.page, user, operator);
    await card(opened.page, 'Get a VM').waitFor();
    return opened;
  };

  it('shows the pools, the VM of an operator, and all VMs in all their states', async () => {
    const full = await serveSite([...someVms(12), ...someVms(5, 'gpu', 'gpu')]);
    await fill(full);
    const { page } = await open({ url: `${full.url}/` });
    await enterAs(page, 'ops', 'ops');
    await shows(rowOf(page, 'gpu-01'), 'carol');
    await page.getByRole('img', { name: 'Pool gpu, 5 VMs: 3 free, 2 lent' }).waitFor();
    await shows(rowOf(page, 'vm-11'), 'quarantined');
    await inspect(page, 'everything');
    await full.close();
  });

  it('asks for the host key of a VM that showed another one, before it returns', async () => {
    const fingerprint = `SHA256:${'k'.repeat(43)}`;
    served.provider.fingerprints = [fingerprint];
    const reason = { reason: 'wrong host key: seen on its console' };
    await callApi(served, 'POST', '/vms/vm-02/quarantine', reason, { by: OPERATOR });
    const { page } = await openAs('ops', 'ops');
    const dialog = await order(page, 'Return', 'vm-02', 'new disk');
    await shows(dialog, 'The VM has another host key');
    await inspect(page, 'host-key');
    await dialog.getByLabel(/^Fingerprint/).fill(fingerprint);
    await dialog.getByRole('button', { name: 'Return', exact: true }).click();
    await rowOf(page, 'vm-02').getByRole('button', { name: 'Drain vm-02' }).waitFor();
  });

  it('says that no VM is free, waits for one, and gets it', async () => {
    for (const userid of ['u1', 'u2', 'u3']) await callApi(served, 'POST', '/getvm', { userid });
    const { page } = await openAs('alice');
    await page.getByRole('button', { name: 'Get a VM' }).click();
    await shows(page, 'No VM of default is free.');
    await inspect(page, 'empty');
    await page.getByRole('button', { name: 'Wait for a VM' }).click();
    await shows(page, /^Waiting for a VM/);
    await inspect(page, 'waiting');
    await callApi(served, 'POST', '/releasevm', { userid: 'u2' });
    await page.clock.fastForward('10:00');
    expect(await nameOfVm(page)).toBe('vm-02');
  });

  it('says that a lease has ended', async () => {
    const { page } = await openAs('bob');
    const vm = await getVm(page);
    await answerAt(page, served);
    served.clock.advance(7 * 3600 + 50 * 60);
    await page.clock.fastForward('07:50:00');
    await shows(page.getByRole('timer'), /^(10:00|09:5\d)$/);
    await inspect(page, 'ends-soon');
    served.clock.advance(600);
    await page.clock.fastForward('11:00');
    await shows(card(page, 'Get a VM'), `${vm} is no longer yours`);
    await inspect(page, 'ended');
  });

  it('counts by the clock of the service, where that of the computer is wrong', async () => {
    const { page } = await open({ url: `${served.url}/` });
    await page.clock.install({ time: Date.now() + 9 * 3_600_000 });
    await page.reload();
    await enterAs(page, 'erin');
    await getVm(page);
    await shows(page.getByRole('timer'), /^(8:00:0|7:59:5)\d$/);
  });

  it('says why the service refuses to show something', async () => {
    const { page } = await open({ url: `${served.url}/` });
    const problem = { status: 403, code: 'unusable_identity', detail: 'the token lacks the claim team' };
    const headers = { 'content-type': 'application/problem+json' };
    await page.route('**/lease?*', (route) => route.fulfill({ status: 403, headers, body: JSON.stringify(problem) }));
    await page.route('**/pool', (route) => route.fulfill({ status: 429, body: '{"message":"Too Many Requests"}' }));
    await enterAs(page, 'frank');
    await shows(card(page, 'Your VM').getByRole('alert'), 'The token lacks the claim team.');
    await shows(card(page, 'The pools').getByRole('alert'), /429/);
    await shows(page, 'This page is not up to date');
  });

  it('shows the events of one subject only, when older ones of another come late', async () => {
    const { page } = await open({ url: `${served.url}/` });
    const service = new EventEmitter();
    const late = once(service, 'late');
    await page.route('**/events?*', async (route) => {
      const query = new URL(route.request().url()).searchParams;
      const isOlder = query.has('cursor');
      if (isOlder) await late;
      const json = { events: [eventOf(query)], ...(query.has('vm') && !isOlder && { cursor: 'older' }) };
      await route.fulfill({ json });
    });
    await enterAs(page, 'ops', 'ops');
    await page.getByRole('button', { name: 'Events of vm-01' }).click();
    await page.getByRole('button', { name: 'Show older events' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'grace' }).click();
    const dialog = page.getByRole('dialog', { name: 'Events of user grace' });
    await shows(dialog, 'reason of grace');
    const answered = page.waitForResponse(/cursor=older/);
    service.emit('late');
    await answered;
    expect(await dialog.getByRole('listitem').count()).toBe(1);
  });

  it('says that the API is away, and goes on when it is back', async () => {
    const { page, context } = await openAs('carol');
    await getVm(page);
    await context.setOffline(true);
    await page.clock.fastForward('01:00');
    await page.clock.runFor('00:10');
    await shows(page, /^The API has been away since/);
    await inspect(page, 'away');
    await page.getByRole('button', { name: 'Try now' }).click();
    await shows(page, /^The API has been away since/);
    // The browser says that it is back, and the page asks at once: nobody has to press anything.
    await context.setOffline(false);
    await page.clock.fastForward('02:00');
    await page.getByRole('alert').waitFor({ state: 'hidden' });
    expect(await nameOfVm(page)).toMatch(/^vm-/);
  });

  it('opens when the API answers for the first time', async () => {
    const { page, context } = await open({ url: `${served.url}/` });
    await page.getByLabel('User id').waitFor();
    await page.clock.install();
    await context.route('**/sign-in', (route) =>
      route.fulfill({ status: 503, body: '{"message":"Service Unavailable"}' }),
    );
    await page.reload();
    await page.clock.runFor('00:10');
    await shows(page, /^The API has been away since/);
    await context.unroute('**/sign-in');
    await page.clock.fastForward('01:00');
    await page.getByLabel('User id').waitFor();
  });
}

/** Makes a pool that is in use. */
async function fill(served: ServedApi): Promise<void> {
  const lend = (userid: string, minutes: number, pool = 'default') =>
    callApi(served, 'POST', '/getvm', { userid, minutes, pool });
  await lend('alice', 60);
  await lend('bob', 2880);
  await lend('nightly-build', 30);
  await lend('carol', 240, 'gpu');
  await lend('dave', 480, 'gpu');
  await lend('ops', 120);
  const order = (path: string, reason: string) => callApi(served, 'POST', `/vms/${path}`, { reason }, { by: OPERATOR });
  await order('vm-11/quarantine', 'fan is loud');
  await order('vm-12/drain', 'new disk on Friday');
}

/** Dates the answers by the clock of the test's service. */
async function answerAt(page: Page, served: ServedApi): Promise<void> {
  await page.route(`${served.url}/**`, async (route) => {
    const response = await route.fetch();
    const date = new Date(served.clock.read()).toUTCString();
    await route.fulfill({ response, headers: { ...response.headers(), date } });
  });
}

/** An event of the VM or the user that a query names. */
function eventOf(query: URLSearchParams) {
  const subject = query.get('vm') ?? query.get('userid') ?? '';
  const about = { id: `${subject}${query.get('cursor') ?? ''}`, vmId: 'vm-01', userid: 'grace', who: 'grace' };
  return { ...about, at: '2026-11-21T12:00:00Z', kind: 'lent', reason: `reason of ${subject}` };
}
