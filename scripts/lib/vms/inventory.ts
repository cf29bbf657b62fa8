import type { Sshd } from './sshd.ts';

/** What an inventory says of servers on this computer. */
export type ServerFacts = Pick<Sshd, 'id' | 'address' | 'port' | 'username' | 'hostKeys'>;

/**
 * The inventory of a fleet, as `PROVIDER=static` reads it: one pool, whose VMs are checked by their host key. The VMs
 * share the files of the user who runs them, so no reset can make them clean.
 */
export function inventoryOf(vms: readonly ServerFacts[]): object {
  return {
    pools: {
      default: {
        description: 'SSH servers on this computer',
        access: 'certificate',
        check: 'host-key',
        reset: 'none',
      },
    },
    vms: vms.map(({ id, address, port, username, hostKeys }) => ({ id, address, port, username, hostKeys })),
  };
}
