import { readFileSync } from 'node:fs';
import { exportVariable, info, setOutput, setSecret } from '@actions/core';
import type { Held } from '../../../lambda/client/routes.ts';
import type { LoginFiles } from '../login/ssh-config.ts';

/** Has the runner hide a private key in all logs from now on, also when a step prints single lines of it. */
export function maskKey(pem: string): void {
  const lines = pem.split('\n').map((line) => line.trim());
  for (const line of lines) if (line !== '' && !line.startsWith('-----')) setSecret(line);
}

/** Says how to reach the VM: outputs for expressions, `VM_*` for the commands of later steps. */
export function announce({ vm, lease }: Held, files: LoginFiles): void {
  if (files.key !== undefined) maskKey(readFileSync(files.key, 'utf8'));
  const facts = [
    { output: 'host', variable: 'VM_HOST', value: vm.ip },
    { output: 'port', variable: 'VM_PORT', value: String(vm.port) },
    { output: 'user', variable: 'VM_USER', value: vm.username },
    { output: 'key-file', variable: 'VM_KEY_FILE', value: files.key ?? '' },
    { output: 'known-hosts', variable: 'VM_KNOWN_HOSTS', value: files.knownHosts },
    { output: 'ssh-config', variable: 'VM_SSH_CONFIG', value: files.sshConfig },
    { output: 'vm-id', variable: 'VM_ID', value: vm.id },
    { output: 'pool', variable: 'VM_POOL_NAME', value: vm.pool },
    { output: 'lease-id', variable: 'VM_LEASE_ID', value: lease.id },
    { output: 'expires-at', variable: 'VM_EXPIRES_AT', value: lease.expiresAt },
  ];
  for (const { output, variable, value } of facts) {
    setOutput(output, value);
    exportVariable(variable, value);
  }
  info(`${vm.id} is lent to ${lease.userid} until the job ends: ssh -F "$VM_SSH_CONFIG" vm-pool`);
}
