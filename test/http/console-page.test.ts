import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SignIn } from '../../lambda/http/audience.ts';
import { createConsolePage } from '../../lambda/http/console-page.ts';
import type { ServedApi } from '../support/api/served-api.ts';
import { PAGE, serveApi } from '../support/api/served-api.ts';
import { inEachMode } from './in-each-mode.ts';

const NONE: SignIn = { authorization: 'none' };

/** What the page of a deployment answers to a browser. */
async function answer(signIn: SignIn = NONE, acceptEncoding?: string) {
  const { text, more } = await createConsolePage(signIn, async () => PAGE)(acceptEncoding);
  return { text, headers: more.headers ?? {}, isBase64Encoded: more.isBase64Encoded ?? false };
}

/** The sources of one directive of the page's policy. */
async function sources(directive: string, signIn?: SignIn): Promise<string | undefined> {
  const { headers } = await answer(signIn);
  const directives = (headers['content-security-policy'] ?? '').split('; ');
  return directives.find((text) => text.startsWith(`${directive} `))?.slice(directive.length + 1);
}

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

describe('the policy of the page', () => {
  it('lets in the script and the style that stand in it, and nothing else', async () => {
    expect(await sources('default-src')).toBe("'none'");
    expect(await sources('script-src')).toBe(hashOf('start("<p>")'));
    expect(await sources('style-src')).toBe(hashOf('p{margin:0}'));
  });

  it.each(['base-uri', 'form-action', 'frame-ancestors', 'trusted-types'])('has %s none', async (directive) => {
    expect(await sources(directive)).toBe("'none'");
  });

  it('asks for trusted types, so that no text becomes a script', async () => {
    expect(await sources('require-trusted-types-for')).toBe("'script'");
  });

  it.each<{ signIn: SignIn }>([
    { signIn: NONE },
    { signIn: { authorization: 'iam', region: 'eu-central-1' } },
    { signIn: { authorization: 'jwt', issuer: 'https://id.example.com', audiences: ['vm-pool'] } },
  ])('lets a page on which nobody signs in ask its own API alone: $signIn.authorization', async ({ signIn }) => {
    expect(await sources('connect-src', signIn)).toBe("'self'");
  });
});

describe('a page on which people sign in', () => {
  let issuer: Server;
  let answers: string | undefined;
  let asked = 0;
  let signIn: SignIn;

  beforeEach(async () => {
    asked = 0;
    answers = undefined;
    issuer = createServer((_, response) => {
      asked += 1;
      response.statusCode = answers === undefined ? 500 : 200;
      response.end(answers);
    });
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${String((issuer.address() as AddressInfo).port)}`;
    signIn = { authorization: 'jwt', issuer: `${url}/tenant`, clientId: 'page' };
  });

  afterEach(() => {
    issuer.close();
  });

  const origin = () => new URL(signIn.issuer ?? '').origin;

  it('may ask the issuer, and the origin at which it gives tokens', async () => {
    answers = JSON.stringify({ token_endpoint: 'https://tokens.example.com/oauth2/token' });
    expect(await sources('connect-src', signIn)).toBe(`'self' ${origin()} https://tokens.example.com`);
  });

  it('may ask the issuer alone while that does not answer, and is served all the same', async () => {
    expect(await sources('connect-src', signIn)).toBe(`'self' ${origin()}`);
  });

  it('looks for the origins again after a failure, and once after a success', async () => {
    const page = createConsolePage(signIn, async () => PAGE);
    await page(undefined);
    answers = '{}';
    await page(undefined);
    await page(undefined);
    expect(asked).toBe(2);
  });

  it('is the one with the code that signs in', async () => {
    const read: string[] = [];
    const reader = async (name: string) => {
      read.push(name);
      return PAGE;
    };
    await createConsolePage(signIn, reader)(undefined);
    await createConsolePage(NONE, reader)(undefined);
    expect(read).toEqual(['console-sign-in', 'console']);
  });
});

describe('the encoding of the page', () => {
  it.each(['gzip', 'gzip, deflate, br', 'br;q=1.0, gzip;q=0.8', 'GZIP', 'x-gzip'])('is gzip for %s', async (accept) => {
    const { text, headers, isBase64Encoded } = await answer(NONE, accept);
    expect({ encoding: headers['content-encoding'], isBase64Encoded }).toEqual({
      encoding: 'gzip',
      isBase64Encoded: true,
    });
    expect(gunzipSync(Buffer.from(text, 'base64')).toString()).toBe(PAGE);
  });

  it.each([undefined, '', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.000', 'notgzip'])(
    'is none for %s',
    async (accept) => {
      const { text, headers, isBase64Encoded } = await answer(NONE, accept);
      expect({ text, encoding: headers['content-encoding'], isBase64Encoded }).toEqual({
        text: PAGE,
        encoding: undefined,
        isBase64Encoded: false,
      });
    },
  );
});

describe('a page that can not be read', () => {
  it('is read again for the next visitor', async () => {
    let isThere = false;
    const page = createConsolePage(NONE, async () => {
      if (!isThere) throw new Error('not there');
      return PAGE;
    });
    await expect(page(undefined)).rejects.toThrow('not there');
    isThere = true;
    expect((await page(undefined)).text).toBe(PAGE);
  });
});

inEachMode(1, (served) => {
  it.each(['', '/', '/?code=1&state=2&iss=x&code=3'])('GET %s answers the page to everybody', async (path) => {
    const response = await fetch(served().url + path);
    expect({ status: response.status, text: await response.text() }).toEqual({ status: 200, text: PAGE });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-encoding': 'gzip',
      'cache-control': 'no-store',
      vary: 'accept-encoding',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  it.each(['', '/'])('HEAD %s answers the same without the page', async (path) => {
    const response = await fetch(served().url + path, { method: 'HEAD' });
    expect({ status: response.status, text: await response.text() }).toEqual({ status: 200, text: '' });
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('POST / is 405', async () => {
    const response = await fetch(`${served().url}/`, { method: 'POST' });
    expect({ status: response.status, allow: response.headers.get('allow') }).toEqual({
      status: 405,
      allow: 'GET, HEAD',
    });
  });
});

describe('the log of a visit', () => {
  let served: ServedApi;

  beforeEach(async () => {
    served = await serveApi();
  });

  afterEach(() => served.close());

  it('never has the code with which an issuer leads back', async () => {
    await fetch(`${served.url}/?code=secret-code&state=secret-state`);
    expect(served.lines).toHaveLength(1);
    expect(served.lines.join()).toContain('"route":"GET /"');
    expect(served.lines.join()).not.toContain('secret');
  });
});
