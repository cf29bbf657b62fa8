import type { JWTVerifyGetKey } from 'jose';
import { createRemoteJWKSet, customFetch, errors } from 'jose';
import { isTamperProof } from './loopback.ts';

/** How long an issuer may take to answer. API Gateway does not wait long either. */
const ANSWERS_WITHIN_MS = 2_000;

/** How long keys are used before they are fetched again. API Gateway keeps them for up to two hours. */
const KEPT_MS = 600_000;

/** How long after a fetch a token with an unknown key can't cause the next fetch. */
const COOLDOWN_MS = 30_000;

/** How to reach an issuer. */
export interface IssuerOptions {
  readonly fetch?: typeof fetch;
  /** How long after a fetch a token with an unknown key can't cause the next fetch, milliseconds */
  readonly cooldownMs?: number;
}

/** The issuer's keys can't be fetched. */
export class IssuerFault extends Error {
  /**
   * @param description - API Gateway's words for it, seen in https://github.com/neighborhoods/okta-openid-mini-project
   */
  constructor(
    readonly description: 'OIDC discovery endpoint communication error' | 'JWKS communication error',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The public keys of an OpenID Connect issuer. They are cached; a token with an unknown key has them fetched anew. */
export class IssuerKeys {
  private readonly fetch: typeof fetch;
  private readonly cooldownDuration: number;
  private known: JWTVerifyGetKey | undefined;

  constructor(
    private readonly issuer: string,
    options: IssuerOptions = {},
  ) {
    this.fetch = options.fetch ?? fetch;
    this.cooldownDuration = options.cooldownMs ?? COOLDOWN_MS;
  }

  /**
   * Finds out where the keys are. {@link find} does the same when it has not been done.
   *
   * @throws {@link IssuerFault} when the issuer does not say so
   * @see https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
   */
  async discover(): Promise<JWTVerifyGetKey> {
    this.known ??= createRemoteJWKSet(await this.keysUrl(), {
      timeoutDuration: ANSWERS_WITHIN_MS,
      cacheMaxAge: KEPT_MS,
      cooldownDuration: this.cooldownDuration,
      [customFetch]: this.fetch,
    });
    return this.known;
  }

  /** The key that a token names. @throws {@link IssuerFault}, or an error of `jose` when there is no such key */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (typeof header.kid !== 'string') throw new errors.JWKSNoMatchingKey();
    const keys = await this.discover();
    try {
      return await keys(header, token);
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) throw cause;
      throw new IssuerFault('JWKS communication error', `can't read the keys of ${this.issuer}`, { cause });
    }
  };

  private async keysUrl(): Promise<URL> {
    const document = `${this.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    try {
      const { issuer, jwks_uri: keys } = await this.read(document);
      if (issuer !== this.issuer)
        throw new Error(`its issuer calls itself ${String(issuer)}, and tokens must name it so`);
      const url = new URL(String(keys));
      if (!isTamperProof(url)) throw new Error(`its keys are not behind HTTPS: ${url.href}`);
      return url;
    } catch (cause) {
      const message = `can't use ${document}: ${reasonOf(cause)}`;
      throw new IssuerFault('OIDC discovery endpoint communication error', message, { cause });
    }
  }

  private async read(url: string): Promise<Record<string, unknown>> {
    const response = await this.fetch(url, { redirect: 'error', signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
    if (!response.ok) throw new Error(`it answers ${response.status}`);
    return (await response.json()) as Record<string, unknown>;
  }
}

/** `fetch` says only "fetch failed". Its cause says why, by a code alone if it tried two addresses. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
  return cause === undefined ? message : cause.message || (cause.code ?? message);
}
