import type { Service } from './service.ts';

/** Where a loan comes from, and where its credentials lie. */
export interface Source {
  readonly service: Service;
  /** Folder of the folders of credentials. */
  readonly parent: string;
  /** How long one call waits for a VM that is being started, milliseconds. */
  readonly startWaitMs: number;
}
