import type { Client } from '../../client/client.ts';

/** Who uses the page, and how their calls are made. */
export interface Session {
  readonly client: Client;
  /** The user id that each call names; none where a token says who calls. */
  readonly who: { readonly userid?: string };
  /** The person, as the page shows them. */
  readonly name: string;
  /** Whether calls of operators may be tried; `named` by a name that must be one, which a refusal then explains. */
  readonly operator: 'unknown' | 'named' | 'none';
  readonly leaveLabel: string;
  readonly leave: () => Promise<void>;
  /** Signs in anew once the session has ended. */
  readonly enter: () => Promise<void>;
}
