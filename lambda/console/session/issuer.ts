/** A person who has signed in. */
export interface SignedIn {
  /** As the page shows them. */
  readonly name: string;
  /** The token to send; it is fetched anew before it ends. Undefined once the session is over. */
  readonly token: () => Promise<string | undefined>;
  /** Ends the session here, and at the issuer where it knows how. */
  readonly signOut: () => Promise<void>;
}

/** Signing in at an issuer. */
export interface Issuer {
  /** Who has signed in; undefined for nobody. @throws what the issuer says when signing in failed */
  readonly current: () => Promise<SignedIn | undefined>;
  /** Leads the browser to the issuer, which leads it back. */
  readonly signIn: () => Promise<void>;
}
