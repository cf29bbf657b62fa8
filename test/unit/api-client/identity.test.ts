import { afterEach, describe, expect, it } from '@jest/globals';
import { ApiClient } from '../../../scripts/lib/api-client/client.ts';
import type { Guard } from '../../../scripts/lib/api-client/guard.ts';
import { identityOf } from '../../../scripts/lib/api-client/identity.ts';
import { CALLER, fakeDeployment } from '../../support/api/fake-deployment.ts';

const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

async function called(guard: Guard, env: Record<string, string>, route: string, parameters = {}) {
  const { url, calls, close } = await fakeDeployment({ guard, reply: () => ({ status: 200, body: {} }) });
  closings.push(close);
  await new ApiClient(url, identityOf(guard, url, env)).call(route, parameters);
  return calls[0];
}

describe('identityOf', () => {
  it.each([
    { guard: 'iam', route: 'POST /getvm', parameters: { minutes: 1 } },
    { guard: 'iam', route: 'GET /lease', parameters: { userid: 'a b+c/ü@x', limit: 2 } },
    { guard: 'jwt', route: 'GET /lease', parameters: {} },
  ] as const)('proves to $guard who sends $route $parameters', async ({ guard, route, parameters }) => {
    expect(await called(guard, CALLER, route, parameters)).toMatchObject({ isIdentified: true });
  });

  it.each([
    { guard: 'iam', env: { ...CALLER, AWS_SECRET_ACCESS_KEY: 'another' } },
    { guard: 'jwt', env: { ...CALLER, VM_POOL_TOKEN: 'another' } },
  ] as const)('proves nothing to $guard with another secret', async ({ guard, env }) => {
    expect(await called(guard, env, 'GET /pool')).toMatchObject({ isIdentified: false });
  });

  it('sends nothing where anybody may call', async () => {
    const call = await called('none', CALLER, 'GET /pool');
    expect(call?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    { url: 'https://a1b2.execute-api.eu-west-3.amazonaws.com/resources', region: 'eu-west-3' },
    { url: 'https://a1b2.execute-api.cn-north-1.amazonaws.com.cn/resources', region: 'cn-north-1' },
    { url: 'https://vms.example.com', region: 'eu-central-1' },
  ])('signs a call of $url for $region', async ({ url, region }) => {
    const target = { method: 'GET', url: new URL(`${url}/pool`), headers: {}, body: undefined };
    const { authorization } = await identityOf('iam', url, CALLER)(target);
    expect(authorization).toMatch(new RegExp(`Credential=AKIDTEST/\\d{8}/${region}/execute-api/aws4_request`));
  });

  it.each([
    { guard: 'iam', env: {}, says: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY' },
    { guard: 'iam', env: { ...CALLER, AWS_REGION: '' }, says: 'set AWS_REGION' },
    { guard: 'jwt', env: {}, says: 'set VM_POOL_TOKEN' },
  ] as const)('asks $guard callers for what is missing: $says', ({ guard, env, says }) => {
    expect(() => identityOf(guard, 'https://vms.example.com', env)).toThrow(says);
  });
});
