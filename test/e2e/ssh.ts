import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import type { Ran } from '../support/vms/namespace-vm.ts';
import { ran } from '../support/vms/namespace-vm.ts';
import type { Answer } from './client.ts';

/** All that an answer says of a VM that one can log in to. */
export interface OpenedVm {
  readonly id: string;
  readonly pool: string;
  readonly ip: string;
  readonly port: number;
  readonly username: string;
  readonly status: 'ready' | 'starting' | 'gone';
  readonly login: 'certificate' | 'shared-key' | 'instance-connect' | 'session-manager';
  readonly session?: { readonly sessionId: string; readonly tokenValue: string };
  readonly knownHosts: readonly string[];
  /** Absent when the certificate is for the caller's own key. */
  readonly privateKey?: string;
  readonly certificate?: string;
  readonly certificateExpiresAt?: string;
}

/** The VM of an answer. @throws Error when the answer is a refusal */
export function openedVm({ status, body }: Answer): OpenedVm {
  if (status !== 200) throw new Error(`refused with ${status}: ${JSON.stringify(body)}`);
  return body.vm as OpenedVm;
}

/**
 * Logs in by OpenSSH's own client with nothing but what an answer says, and runs a command.
 *
 * @param privateKey - of the caller's own key pair, if the answer has none
 */
export async function ssh(vm: OpenedVm, command: string, privateKey = vm.privateKey ?? ''): Promise<Ran> {
  const folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-login-'));
  const write = (name: string, text: string) => {
    writeFileSync(path.join(folder, name), `${text.trimEnd()}\n`, { mode: 0o600 });
    return path.join(folder, name);
  };
  const options = {
    IdentityFile: write('id', privateKey),
    ...(vm.certificate !== undefined && { CertificateFile: write('id-cert.pub', vm.certificate) }),
    UserKnownHostsFile: write('known_hosts', vm.knownHosts.join('\n')),
    GlobalKnownHostsFile: 'none',
    StrictHostKeyChecking: 'yes',
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    BatchMode: 'yes',
    LogLevel: 'ERROR',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  try {
    return await ran('ssh', ['-F', 'none', ...flags, '-p', String(vm.port), `${vm.username}@${vm.ip}`, command]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** How OpenSSH refuses a key or a certificate. */
export const REFUSED = { exitCode: 255, stderr: expect.stringContaining('Permission denied (publickey)') };
