import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Ran } from './namespace-vm.ts';
import { ran } from './namespace-vm.ts';

/** What a test certificate says; the rest is as the service would say it. */
export interface TestCertificate {
  readonly principal: string;
  readonly serial: number;
  /** Which of the two authorities signs. */
  readonly authority?: 'first' | 'second';
}

/** Two certificate authorities, and the clients that log in with what they sign: all by OpenSSH's own programs. */
export class TestAccess {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-access-'));
  private number = 0;

  constructor() {
    for (const name of ['first', 'second', 'user']) this.keygen('-t', 'ed25519', '-N', '', '-f', this.file(name));
    writeFileSync(this.caFile, this.publicKey('first') + this.publicKey('second'));
  }

  /** The public keys of both authorities. */
  get caFile(): string {
    return this.file('ca.pub');
  }

  /** Signs a certificate. @returns its file */
  certificate({ principal, serial, authority = 'first' }: TestCertificate): string {
    this.number += 1;
    const name = this.file(`key-${this.number}`);
    writeFileSync(`${name}.pub`, this.publicKey('user'));
    const says = ['-I', 'test', '-n', principal, '-z', String(serial), '-V', '-1m:+5m'];
    this.keygen('-s', this.file(authority), ...says, `${name}.pub`);
    return `${name}-cert.pub`;
  }

  /** Logs in and runs a command. @param certificate - a file, or what is to be signed */
  ssh(port: number, login: string, certificate: string | TestCertificate, command: string): Promise<Ran> {
    return ran('ssh', this.sshArguments(port, login, certificate, command));
  }

  /** The arguments of `ssh`, for a client that stays. */
  sshArguments(port: number, login: string, certificate: string | TestCertificate, command: string): string[] {
    const file = typeof certificate === 'string' ? certificate : this.certificate(certificate);
    const options = {
      CertificateFile: file,
      IdentitiesOnly: 'yes',
      BatchMode: 'yes',
      StrictHostKeyChecking: 'no',
      UserKnownHostsFile: '/dev/null',
      LogLevel: 'ERROR',
    };
    const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    return ['-F', 'none', '-i', this.file('user'), ...flags, '-p', String(port), `${login}@127.0.0.1`, command];
  }

  /** Writes a file that goes when this is closed. @returns its path */
  write(name: string, content: string): string {
    writeFileSync(this.file(name), content);
    return this.file(name);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private file(name: string): string {
    return path.join(this.folder, name);
  }

  private publicKey(name: string): string {
    return readFileSync(this.file(`${name}.pub`), 'utf8');
  }

  private keygen(...args: readonly string[]): void {
    execFileSync('ssh-keygen', ['-q', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

/** A port of this computer that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
