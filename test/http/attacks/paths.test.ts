/** No spelling of a path reaches a guarded call: the row "tricks with paths" of SECURITY.md. */
import { describe, expect, it } from '@jest/globals';
import { CALLS } from '../../../lambda/http/calls.ts';
import { testApi } from '../../support/api/served-api.ts';
import { eventOf } from '../event.ts';
import { VERIFIED_MODES } from './modes.ts';

const guarded = CALLS.filter(({ audience }) => audience !== 'everybody').map(({ route }) => route);

/** Spellings of a path that some router or proxy somewhere takes for the path itself. */
function spellingsOf(path: string): string[] {
  const encoded = path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  return [
    path,
    `/resources${path}`,
    `/resources//${path.slice(1)}`,
    `/resources/.${path}`,
    `/resources/x/..${path}`,
    `/resources/health/..${path}`,
    `/resources/health%2f..${path}`,
    `/resources${path}/`,
    `/resources${path}.json`,
    `/resources${path};x=1`,
    `/resources${path}%00`,
    `/resources${encoded}`,
    `/resources${path.toUpperCase()}`,
    `/resources\\${path.slice(1)}`,
  ];
}

describe.each(VERIFIED_MODES)('without identity, where authorization is $mode', ({ variables }) => {
  it.each(guarded)('%s answers 403 or less at its own route', async (route) => {
    const { api, store } = await testApi(undefined, variables);
    const [method = ''] = route.split(' ');
    const { statusCode, body } = await api(eventOf({ routeKey: route, method }), 'invocation-1');
    expect({ statusCode, body: JSON.parse(body ?? '') as object }).toMatchObject({
      statusCode: 403,
      body: { code: 'unusable_identity' },
    });
    expect((await store.counts(0)).get('default')?.leased).toBe(0);
  });

  it.each(guarded)('%s is not to be had through $default, however its path is spelt', async (route) => {
    const { api } = await testApi(undefined, variables);
    const [method = '', template = ''] = route.split(' ');
    for (const rawPath of spellingsOf(template.replace('{id}', 'vm-01'))) {
      for (const verb of [method, 'HEAD', 'OPTIONS', 'PUT']) {
        const event = eventOf({ routeKey: '$default', method: verb, rawPath, rawQueryString: 'userid=alice' });
        const { statusCode = 0, body } = await api(event, 'invocation-1');
        expect([204, 404, 405]).toContain(statusCode);
        expect(body ?? '').not.toContain('vm-01');
      }
    }
  });
});
