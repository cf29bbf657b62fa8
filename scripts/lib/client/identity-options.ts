/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Where identities come from. */
export interface IdentityOptions {
  /** Returns a token to send; asked anew for each attempt, so that it may renew one. `VM_POOL_TOKEN` goes before. */
  readonly token?: (() => Promise<string | undefined>) | undefined;
  /** Profile of AWS's configuration files; that of `AWS_PROFILE` unless given. */
  readonly awsProfile?: string | undefined;
  readonly env: Variables;
}

/** Nothing was found by which the caller could identify. The message says what to set. */
export class IdentityMissing extends Error {}

/** The only identity is a token, which would travel where others can read it. The message says where it may go. */
export class TokenExposed extends IdentityMissing {}
