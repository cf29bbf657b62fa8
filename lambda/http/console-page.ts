/** The console page as it is sent. Loaded for its first visitor, so that no other call pays for it. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { TextBody } from './answer.ts';
import type { SignIn } from './audience.ts';

/** The file of a page beside the bundle: `sign-in` is the one with the code that signs in at an issuer. */
export type PageName = 'console' | 'console-sign-in';

/** Reads the HTML of a page. */
export type ReadPage = (name: PageName) => Promise<string>;

/** A page, ready to be sent. */
interface Page {
  readonly html: string;
  /** In base64. */
  readonly zipped: string;
  /** Values of `script-src` and `style-src`. */
  readonly scripts: string;
  readonly styles: string;
}

const TYPE = 'text/html; charset=utf-8';

/** Longest that a visitor waits for the issuer, milliseconds. */
const ISSUER_MS = 2_000;

const SENT = {
  vary: 'accept-encoding',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Makes the page of a deployment.
 *
 * @param read - by default from the file beside the bundle
 * @returns what `GET /` answers to a browser that sends this `Accept-Encoding`
 */
export function createConsolePage(
  { issuer, clientId }: SignIn,
  read: ReadPage = readBeside,
): (acceptEncoding: string | undefined) => Promise<TextBody> {
  const signsIn = issuer !== undefined && clientId !== undefined;
  const pageOnce = kept(async () => prepared(await read(signsIn ? 'console-sign-in' : 'console')));
  const originsOnce = kept(async () => (signsIn ? originsOf(issuer) : []));

  return async (acceptEncoding) => {
    const [page, origins] = await Promise.all([pageOnce(), originsOnce().catch(() => [new URL(issuer ?? '').origin])]);
    const headers = { ...SENT, 'content-security-policy': policy(page, origins) };
    if (!acceptsGzip(acceptEncoding)) return new TextBody(TYPE, page.html, { headers });
    return new TextBody(TYPE, page.zipped, {
      headers: { ...headers, 'content-encoding': 'gzip' },
      isBase64Encoded: true,
    });
  };
}

/** Makes something once. What failed is tried again the next time. */
function kept<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return async () => {
    made ??= make();
    return made.catch((error: unknown) => {
      made = undefined;
      throw error;
    });
  };
}

async function readBeside(name: PageName): Promise<string> {
  return readFile(new URL(`./${name}.html`, import.meta.url), 'utf8');
}

/** API Gateway compresses nothing, so the function does; base64 is how it gets bytes. */
async function prepared(html: string): Promise<Page> {
  const zipped = await promisify(gzip)(html, { level: 9 });
  return {
    html,
    zipped: zipped.toString('base64'),
    scripts: hashes(html, /<script>([^]*?)<\/script>/g),
    styles: hashes(html, /<style>([^]*?)<\/style>/g),
  };
}

/** Sources of a policy that allow what stands in the page, and nothing else. */
function hashes(html: string, element: RegExp): string {
  const texts = [...html.matchAll(element)].map(([, text = '']) => text);
  return texts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`).join(' ');
}

function policy({ scripts, styles }: Page, origins: readonly string[]): string {
  return [
    "default-src 'none'",
    `script-src ${scripts}`,
    `style-src ${styles}`,
    'img-src data:',
    ['connect-src', "'self'", ...origins].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

/** Where the page gets its tokens. Some issuers have an endpoint at another origin than their own, such as Cognito. */
async function originsOf(issuer: string): Promise<readonly string[]> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(ISSUER_MS) });
  const { token_endpoint: token, revocation_endpoint: revocation } = (await response.json()) as Endpoints;
  const urls = [issuer, token, revocation].filter((found) => found !== undefined);
  return [...new Set(urls.map((found) => new URL(found).origin))];
}

interface Endpoints {
  readonly token_endpoint?: string;
  readonly revocation_endpoint?: string;
}

/** RFC 9110, section 12.5.3; a weight of 0 means "not acceptable". */
function acceptsGzip(acceptEncoding = ''): boolean {
  const codings = acceptEncoding.toLowerCase().split(',');
  return codings.some((coding) => /^\s*(?:gzip|x-gzip)\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/.test(coding));
}
