/** Puts together what reaches real VMs. The service loads it only where its settings name an inventory. */
import type { VmProvider } from './pool/provider.ts';
import type { Settings, StaticSettings } from './settings.ts';

/** Real VMs, and the keys that they must trust. */
export interface RealVms {
  readonly provider: VmProvider;
  /** Lines for the file that sshd's `TrustedUserCAKeys` names. */
  readonly trustedKeys: readonly string[];
}

/** @throws Error when a setting names something that can't be used */
export async function createRealVms(settings: StaticSettings, { limits }: Settings): Promise<RealVms> {
  throw new Error(`not wired yet: ${settings.inventory}, ${limits.defaultMinutes}`);
}
