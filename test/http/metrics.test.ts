import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../lambda/pool/refusals.ts';
import { OPERATOR } from '../support/api/modes.ts';
import type { ServedApi } from '../support/api/served-api.ts';
import { callApi, send, serveApi } from '../support/api/served-api.ts';
import { someVms } from '../support/pool/lending.ts';
import { inEachMode } from './in-each-mode.ts';

const PLAIN_TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const TOKEN = 'token-of-the-metrics-1';
const ROTATED = 'token-of-the-metrics-2';

let folder: string;
let tokenFile: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-metrics-'));
  tokenFile = path.join(folder, 'token');
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const bearing = (token: string) => ({ authorization: `Bearer ${token}` });
const linesOf = (served: ServedApi) => served.lines.map((line) => JSON.parse(line) as Record<string, unknown>);

inEachMode(2, (served, authorization) => {
  const scrape = (by: string | null, headers = {}) =>
    callApi<string>(served(), 'GET', '/metrics', undefined, { by, headers });

  describe('GET /metrics', () => {
    it('shows an operator the pool, in the text format of Prometheus', async () => {
      await callApi(served(), 'POST', '/getvm', { userid: 'alice' });
      const { status, headers, body } = await scrape(OPERATOR);
      expect({ status, type: headers.get('content-type') }).toEqual({ status: 200, type: PLAIN_TEXT });
      expect(headers.get('cache-control')).toBe('no-store');
      expect(body).toContain('\nvm_pool_vms{pool="default",state="free"} 1\n');
      expect(body).toContain('\nvm_pool_vms{pool="default",state="leased"} 1\n');
      expect(body).not.toContain('# EOF');
    });

    it('writes OpenMetrics for those who ask for it', async () => {
      const { headers, body } = await scrape(OPERATOR, { accept: 'application/openmetrics-text;version=1.0.0' });
      expect(headers.get('content-type')).toBe(OPEN_METRICS);
      expect(body).toMatch(/\n# EOF\n$/);
    });

    it('refuses borrowers, and changes nothing for an operator', async () => {
      expect(await scrape('alice')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      const { events } = (
        await callApi<{ events: unknown[] }>(served(), 'GET', '/events?vm=vm-01', undefined, {
          by: OPERATOR,
        })
      ).body;
      await scrape(OPERATOR);
      const after = await callApi(served(), 'GET', '/events?vm=vm-01', undefined, { by: OPERATOR });
      expect(after.body).toEqual({ events });
    });

    it('refuses a token, since this deployment names none', async () => {
      const { status } = await scrape(null, bearing(TOKEN));
      expect([401, 403]).toContain(status);
    });

    it('takes back no VM and checks none', async () => {
      await callApi(served(), 'POST', '/getvm', { userid: 'alice', minutes: 1 });
      served().clock.advance(120);
      const { body } = await scrape(OPERATOR);
      expect(body).toContain('\nvm_pool_leases_overdue 1\n');
      expect(await served().store.status('vm-01')).toMatchObject({ state: 'leased' });
      expect(served().provider.checked).toEqual([]);
    });

    it('shows counts, and nobody and nothing that is lent', async () => {
      const { body: lent } = await callApi<{ vm: { id: string; ip: string } }>(served(), 'POST', '/getvm', {
        userid: 'alice',
      });
      const { body } = await scrape(OPERATOR);
      for (const secret of ['alice', OPERATOR, lent.vm.id, lent.vm.ip]) expect(body).not.toContain(secret);
    });

    it('makes no series of what callers make up', async () => {
      const makeUp = async (name: string) => {
        await callApi(served(), 'POST', '/getvm', { userid: 'alice', pool: name });
        await callApi(served(), 'POST', '/getvm', { userid: name, [name]: name });
        await send(served(), `/${name}`, { method: 'GET', by: null });
        await send(served(), `/vms/${name}/drain`, { method: 'POST', by: OPERATOR });
      };
      const seriesOf = ({ body }: { body: string }) =>
        body.match(/^vm_pool_\w+\{.*\} /gm)?.filter((line) => !line.includes('route="GET /metrics"'));
      await makeUp('first');
      const before = seriesOf(await scrape(OPERATOR));
      for (const name of ['second', 'third', 'fourth']) await makeUp(name);
      expect(before?.length).toBeGreaterThan(40);
      expect(seriesOf(await scrape(OPERATOR))).toEqual(before);
    });

    it('asks the store once in 5 seconds', async () => {
      const read = served().store.counts.bind(served().store);
      let reads = 0;
      served().store.counts = (nowSec) => {
        reads += 1;
        return read(nowSec);
      };
      await Promise.all([scrape(OPERATOR), scrape(OPERATOR), scrape(OPERATOR)]);
      expect(reads).toBe(1);
      served().clock.advance(5);
      await scrape(OPERATOR);
      expect(reads).toBe(2);
    });

    it('is 503 as a whole while the store does not answer', async () => {
      served().store.due = () => Promise.reject(new StoreUnavailable());
      expect(await scrape(OPERATOR)).toMatchObject({ status: 503, body: { code: 'store_unavailable' } });
    });

    it.each(['HEAD', 'POST', 'PUT'])('is not for %s', async (method) => {
      expect((await send(served(), '/metrics', { method, by: OPERATOR })).status).toBe(405);
    });
  });

  describe('GET /metrics with a token of its own', () => {
    let guarded: ServedApi;

    beforeEach(async () => {
      writeFileSync(tokenFile, `${TOKEN}\n`);
      const { mode } = served();
      guarded = await serveApi(someVms(1), { ...mode, variables: { ...mode.variables, METRICS_TOKEN: tokenFile } });
    });

    afterEach(async () => {
      expect(guarded.lines.join('\n')).not.toMatch(new RegExp(`${TOKEN}|${ROTATED}|${folder}`));
      await guarded.close();
    });

    const scrapeWith = (headers: Record<string, string>, by: string | null = null) =>
      callApi<{ code?: string }>(guarded, 'GET', '/metrics', undefined, { by, headers });

    it('is for those who show the token', async () => {
      const { status, body } = await scrapeWith(bearing(TOKEN));
      expect(status).toBe(200);
      expect(body).toContain('vm_pool_vms{pool="default",state="free"} 1');
      expect(await scrapeWith({ authorization: `bearer  ${TOKEN}` })).toMatchObject({ status: 200 });
    });

    it.each([
      { who: 'nobody', headers: {}, challenge: 'Bearer' },
      { who: 'somebody with another scheme', headers: { authorization: `Basic ${TOKEN}` }, challenge: 'Bearer' },
      { who: 'somebody with an empty token', headers: { authorization: 'Bearer ' }, challenge: 'Bearer' },
      { who: 'two tokens', headers: bearing(`${TOKEN}, Bearer ${TOKEN}`), challenge: 'Bearer' },
      { who: 'a token in another header', headers: { 'x-authorization': `Bearer ${TOKEN}` }, challenge: 'Bearer' },
      { who: 'a wrong token', headers: bearing(`${TOKEN}x`), challenge: 'Bearer error="invalid_token"' },
      { who: 'a coded token', headers: bearing(TOKEN.replace('-', '%2D')), challenge: 'Bearer error="invalid_token"' },
      { who: 'a very long token', headers: bearing('a'.repeat(8_000)), challenge: 'Bearer error="invalid_token"' },
    ])('401 for $who', async ({ headers, challenge }) => {
      const reply = await scrapeWith(headers);
      expect(reply).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
      expect(reply.headers.get('www-authenticate')).toBe(challenge);
      expect(linesOf(guarded).at(-1)).toMatchObject({ level: 'INFO', code: 'unauthorized', sourceIp: '127.0.0.1' });
    });

    it('takes the token from no query, where logs of others would keep it', async () => {
      const asked = await callApi(guarded, 'GET', `/metrics?access_token=${TOKEN}`, undefined, { by: null });
      expect(asked).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    });

    it('is no longer for operators without the token', async () => {
      expect(await scrapeWith({}, OPERATOR)).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    });

    it('opens no other call', async () => {
      const { status } = await callApi(guarded, 'GET', '/vms', undefined, { by: null, headers: bearing(TOKEN) });
      expect(status).toBe(authorization === 'jwt' ? 401 : 403);
    });

    it('follows a rotation', async () => {
      expect((await scrapeWith(bearing(TOKEN))).status).toBe(200);
      writeFileSync(tokenFile, ROTATED);
      guarded.clock.advance(5);
      expect((await scrapeWith(bearing(ROTATED))).status).toBe(200);
      expect((await scrapeWith(bearing(TOKEN))).status).toBe(401);
    });

    it('503 and an ERROR line while the token can not be read', async () => {
      rmSync(tokenFile);
      const reply = await scrapeWith(bearing(TOKEN));
      expect(reply).toMatchObject({ status: 503, body: { code: 'metrics_token_unavailable' } });
      expect(reply.headers.get('retry-after')).toBe('5');
      expect(linesOf(guarded).at(-1)).toMatchObject({
        level: 'ERROR',
        error: { message: 'the file with the metrics token (METRICS_TOKEN) does not exist' },
      });
    });

    it('says so in the contract', async () => {
      const { body } = await callApi<{ paths: Record<string, { get?: { security?: unknown } }> }>(
        guarded,
        'GET',
        '/openapi.json',
      );
      expect(body.paths['/metrics']?.get?.security).toEqual([{ metricsToken: [] }]);
      expect(body.paths['/vms']?.get?.security).not.toEqual([{ metricsToken: [] }]);
    });
  });
});
