import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenedVm } from '../../../scripts/lib/log-in/ssh.ts';
import { logIn } from '../../../scripts/lib/log-in/ssh.ts';
import type { Sshd } from '../../../scripts/lib/vms/sshd.ts';
import { SshdFleet } from '../../support/vms/sshd-fleet.ts';

let fleet: SshdFleet;
let server: Sshd;

beforeAll(async () => {
  fleet = await SshdFleet.start();
  server = await fleet.add({ id: 'vm-01' });
});

afterAll(async () => {
  await fleet.stop();
});

/** What connectvm answers to a borrower whose key pair the service has made. */
async function opened(): Promise<OpenedVm & { readonly privateKey: string }> {
  const { id, address: ip, port, username, hostKeys } = server;
  const knownHosts = hostKeys.map((key) => `[${ip}]:${port} ${key}`);
  return { id, ip, port, username, knownHosts, ...(await fleet.authority.certify({ principals: [id] })) };
}

describe('scripts/log-in', () => {
  it('logs in with the key pair of the answer', async () => {
    expect(await logIn(await opened(), ['exit 7'])).toBe(7);
  });

  it("logs in with the borrower's own key, when the answer has a certificate for that", async () => {
    const { privateKey, ...vm } = await opened();
    const file = `${server.logFile}.key`;
    await writeFile(file, privateKey, { mode: 0o600 });
    // As ssh-keygen writes keys: with the public half, by which ssh finds the key of a certificate.
    execFileSync('ssh-keygen', ['-q', '-p', '-N', '', '-f', file]);
    expect(await logIn(vm, ['-i', file, '-o', 'RemoteCommand=exit 7'])).toBe(7);
  });
});
