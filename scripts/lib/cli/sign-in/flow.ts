import type { Tokens } from '../../../../lambda/client/sign-in.ts';

/** Tokens as the issuer gives them. */
export type GivenTokens = Tokens & { readonly refresh_token?: string | undefined };

/** A person's visit to the issuer. */
export interface Visit {
  readonly scopes: string;
  /** Tells the person what to do. */
  readonly say: (lines: string) => void;
  /** Opens the browser; does nothing where there is none. */
  readonly open: (url: string) => Promise<void>;
  readonly signal: AbortSignal;
}
