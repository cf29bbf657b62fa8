import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createClient } from '../../../lambda/client/client.ts';
import type { SignIn } from '../../../lambda/client/sign-in.ts';
import { identityFor } from '../../../scripts/lib/client/identity.ts';
import { CALLER, fakeDeployment, SIGN_INS } from '../../support/api/fake-deployment.ts';

const { iam: IAM, jwt: JWT } = SIGN_INS;
const AWAY = 'https://vms.example.com';

const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

async function deployment(guard: keyof typeof SIGN_INS) {
  const served = await fakeDeployment({ guard, reply: () => ({ status: 200, body: {} }) });
  closings.push(served.close);
  return served;
}

async function called(guard: keyof typeof SIGN_INS, env: Record<string, string>, minutes?: number) {
  const { url, calls } = await deployment(guard);
  const client = createClient({ url, authenticate: await identityFor(SIGN_INS[guard], url, { env }) });
  if (minutes === undefined) await client.call('GET /events', { userid: 'a b+c/ü@x', limit: 2 });
  else await client.call('POST /getvm', { minutes });
  return calls[0];
}

/** Credentials of a request that was signed, as the header names them. */
async function credentialOf(signIn: SignIn, url: string, env: Record<string, string>): Promise<string | undefined> {
  const { authorization } = await (await identityFor(signIn, url, { env }))(new Request(`${url}/pool`));
  return /Credential=([^,]+)/.exec(authorization ?? '')?.[1];
}

describe('identityFor', () => {
  it.each([
    { guard: 'iam', minutes: 1 },
    { guard: 'iam', minutes: undefined },
    { guard: 'jwt', minutes: undefined },
  ] as const)('proves to $guard who calls, minutes $minutes', async ({ guard, minutes }) => {
    expect(await called(guard, CALLER, minutes)).toMatchObject({ isIdentified: true });
  });

  it.each([
    { guard: 'iam', env: { ...CALLER, AWS_SECRET_ACCESS_KEY: 'another' } },
    { guard: 'jwt', env: { ...CALLER, VM_POOL_TOKEN: 'another' } },
  ] as const)('proves nothing to $guard with another secret', async ({ guard, env }) => {
    expect(await called(guard, env)).toMatchObject({ isIdentified: false });
  });

  it.each(['http://vms.example.com/resources', 'http://10.0.0.7:3000/resources'])(
    'sends no token to %s, where others can read it',
    async (url) => {
      await expect(identityFor(JWT, url, { env: CALLER })).rejects.toThrow('a token goes by https only');
      await expect(identityFor(JWT, url.replace('http:', 'https:'), { env: CALLER })).resolves.toBeDefined();
    },
  );

  it('sends nothing where anybody may call', async () => {
    expect((await called('none', CALLER))?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    { rule: 'that the deployment names', region: 'eu-west-1', url: AWAY, env: CALLER, wanted: 'eu-west-1' },
    {
      rule: 'in the URL',
      region: '',
      url: 'https://a1b2.execute-api.cn-north-1.amazonaws.com.cn/resources',
      env: CALLER,
      wanted: 'cn-north-1',
    },
    { rule: 'of the environment', region: '', url: AWAY, env: CALLER, wanted: 'eu-central-1' },
  ])('signs for the region $rule', async ({ region, url, env, wanted }) => {
    const credential = await credentialOf({ authorization: 'iam', region }, url, env);
    expect(credential).toMatch(new RegExp(`^AKIDTEST/\\d{8}/${wanted}/execute-api/aws4_request$`));
  });

  it('takes the credentials of a profile', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-aws-'));
    const file = path.join(folder, 'credentials');
    writeFileSync(file, '[lab]\naws_access_key_id = AKIDLAB\naws_secret_access_key = secret\n');
    const before = process.env.AWS_SHARED_CREDENTIALS_FILE;
    process.env.AWS_SHARED_CREDENTIALS_FILE = file;
    try {
      expect(await credentialOf(IAM, AWAY, { ...CALLER, AWS_PROFILE: 'lab' })).toMatch(/^AKIDLAB\//);
    } finally {
      if (before === undefined) delete process.env.AWS_SHARED_CREDENTIALS_FILE;
      else process.env.AWS_SHARED_CREDENTIALS_FILE = before;
      rmSync(folder, { recursive: true });
    }
  });

  it('asks anew for the token of each attempt, so that it can be renewed', async () => {
    let asked = 0;
    const token = async () => `token-${String((asked += 1))}`;
    const authenticate = await identityFor(JWT, AWAY, { env: {}, token });
    const sent = [await authenticate(new Request(AWAY)), await authenticate(new Request(AWAY))];
    expect(new Set(sent.map(({ authorization }) => authorization)).size).toBe(2);
  });

  it.each([
    { signIn: { authorization: 'iam', region: '' }, env: { ...CALLER, AWS_REGION: '' }, says: 'set AWS_REGION' },
    { signIn: IAM, env: { AWS_PROFILE: 'nobody-has-this' }, says: 'AWS_ACCESS_KEY_ID' },
    { signIn: JWT, env: {}, says: 'a token of https://id.example: set VM_POOL_TOKEN' },
  ] as const)('says what is missing: $says', async ({ signIn, env, says }) => {
    await expect(identityFor(signIn, AWAY, { env })).rejects.toThrow(says);
  });
});
