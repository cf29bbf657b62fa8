import type { Session } from './session.ts';

/** How a program finds the VM: the environment variables that `vm-pool with` and `vm-pool ssh` set. */
export function environmentOf({ vm, lease, files }: Omit<Session, 'folder'>): Readonly<Record<string, string>> {
  return {
    VM_ID: vm.id,
    VM_POOL_NAME: vm.pool,
    VM_HOST: vm.ip,
    VM_PORT: String(vm.port),
    VM_USER: vm.username,
    ...(files.key !== undefined && { VM_KEY_FILE: files.key }),
    ...(files.certificate !== undefined && { VM_CERTIFICATE_FILE: files.certificate }),
    VM_KNOWN_HOSTS: files.knownHosts,
    VM_SSH_CONFIG: files.sshConfig,
    VM_LEASE_ID: lease.id,
    VM_EXPIRES_AT: lease.expiresAt,
  };
}
