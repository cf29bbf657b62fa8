import type { Vm } from '../../pool/vm.ts';
import type { Pool } from '../inventory/lent-vms.ts';

/** A VM with an SSH server, as logins and checks need it. */
export interface SshVm {
  readonly vm: Vm;
  readonly pool: Pool;
  /** Public keys of which its server must have one. */
  readonly hostKeys: readonly string[];
  /** Where the login key is that opens it, for a pool with access `stored-key`. */
  readonly storedKey?: string | undefined;
}
