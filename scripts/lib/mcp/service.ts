import type { Client } from '../../../lambda/client/client.ts';

/** The deployment from which the server borrows, and in whose name. */
export interface Service {
  /** Signs in where that is necessary. */
  readonly client: () => Promise<Client>;
  /** Empty where the service itself knows who calls. */
  readonly who: { readonly userid?: string };
}
