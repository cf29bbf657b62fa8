/** Who a call is for. A call for everybody is open whatever the {@link Authorization} is. */
export type Audience = 'everybody' | 'borrowers' | 'operators';

/** How API Gateway verifies callers; `none` asks only operators. */
export type Authorization = 'none' | 'iam' | 'jwt';

/** How callers show who they are, and what programs need to know for it. */
export interface SignIn {
  readonly authorization: Authorization;
  /** With `iam`: AWS region that a signature names. */
  readonly region?: string | undefined;
  /** With `jwt`: who issues the tokens. Absent where nobody says so. */
  readonly issuer?: string | undefined;
  /** With `jwt`: values of `aud`, of which a token has one. */
  readonly audiences?: readonly string[] | undefined;
  /** Public client at the issuer, for authorization code with PKCE. Absent: callers bring a token. */
  readonly clientId?: string | undefined;
  /** Scopes to ask for, with spaces between. */
  readonly scopes?: string | undefined;
}

/** The security scheme of the contract that each audience uses; the empty string stands for none. */
export const SCHEMES = {
  none: { operators: 'sigv4', borrowers: '' },
  iam: { operators: 'sigv4', borrowers: 'sigv4' },
  jwt: { operators: 'jwt', borrowers: 'jwt' },
} as const satisfies Readonly<Record<Authorization, object>>;
