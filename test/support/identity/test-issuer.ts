import type { KeyObject } from 'node:crypto';
import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';

/** A value for `--audience`, and the claim `aud` of tokens that say nothing else. */
export const AUDIENCE = 'vm-pool';

const DISCOVERY = '/.well-known/openid-configuration';
const KEYS = '/keys';

/** Claims of a token; undefined is a claim that it lacks. */
type Claims = Readonly<Record<string, unknown>>;

/** Parts of a token other than its claims. */
export interface TokenOptions {
  readonly alg?: string;
  /** null for a token that names no key */
  readonly kid?: string | null;
  /** Key that signs instead of the issuer's */
  readonly privateKey?: KeyObject;
}

/** An OpenID Connect issuer on this computer, with real RSA keys. */
export class TestIssuer {
  /** The claim `iss` */
  readonly url: string;
  /** Paths that were asked for, in this order */
  readonly asked: string[] = [];
  /** Paths that answer 503 */
  readonly down = new Set<string>();
  /** What the discovery document says instead */
  document: Record<string, unknown> = {};
  private readonly origin: string;
  private key = newKey();
  private published = [publicJwk(this.key)];

  private constructor(
    private readonly server: Server,
    url: string | undefined,
  ) {
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.url = url ?? this.origin;
  }

  /** Starts one. @param url - a public name for it, such as `https://id.example`, which only {@link fetch} finds */
  static async start(url?: string): Promise<TestIssuer> {
    const server = createServer((request, response) => {
      const answer = issuer.answerTo(request.url ?? '');
      response.writeHead(answer === undefined ? 503 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? {}));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer: TestIssuer = new TestIssuer(server, url);
    return issuer;
  }

  /** `fetch` that leads the public name of the issuer here. */
  readonly fetch: typeof fetch = (input, init) => fetch((input as string).replace(this.base, this.origin), init);

  /** Signs with a new key from now on. @param isAbrupt - withdraw the old keys at once */
  rotate(isAbrupt = false): void {
    this.key = newKey();
    this.published = [...(isAbrupt ? [] : this.published), publicJwk(this.key)];
  }

  /** A token of alice that is valid for five minutes, but for the given claims. */
  token(claims: Claims = {}, options: TokenOptions = {}): Promise<string> {
    const { alg = 'RS256', kid = this.key.kid, privateKey = this.key.privateKey } = options;
    const header = kid === null ? { alg } : { alg, kid };
    return new SignJWT(this.claims(claims)).setProtectedHeader(header).sign(privateKey);
  }

  /** A token with `alg: none` and no signature. */
  unsignedToken(claims: Claims = {}): string {
    return `${this.unsigned('none', claims)}.`;
  }

  /** Key confusion: a token by HS256, whose secret is the issuer's public key in PEM. */
  confusedToken(claims: Claims = {}): string {
    const text = this.unsigned('HS256', claims);
    const secret = this.key.publicKey.export({ type: 'spki', format: 'pem' });
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  }

  /** Stops it. Its tokens can no longer be verified by those who have not fetched its keys. */
  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  /** Auth0's issuers end with a slash. */
  private get base(): string {
    return this.url.replace(/\/$/, '');
  }

  private claims(claims: Claims): Claims {
    const nowSec = Math.floor(Date.now() / 1000);
    return { iss: this.url, sub: 'alice', aud: AUDIENCE, iat: nowSec, exp: nowSec + 300, ...claims };
  }

  private unsigned(alg: string, claims: Claims): string {
    const parts = [{ alg, kid: this.key.kid }, this.claims(claims)];
    return parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  }

  private answerTo(path: string): object | undefined {
    this.asked.push(path);
    if (this.down.has(path)) return undefined;
    if (path === KEYS) return { keys: this.published };
    return path === DISCOVERY ? { issuer: this.url, jwks_uri: this.base + KEYS, ...this.document } : undefined;
  }
}

function newKey() {
  return { kid: randomUUID(), ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };
}

function publicJwk({ kid, publicKey }: ReturnType<typeof newKey>) {
  return { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' };
}
