/** How to log in to a VM with what its holder was given. */
import type { HeldVm } from '../api.ts';

/** A file that `ssh` needs. */
export interface LoginFile {
  readonly what: string;
  readonly name: string;
  readonly text: string;
}

/** The files, in the order in which people need them. `ssh` finds a certificate by the name of its key. */
export function loginFiles({ id, privateKey, certificate, knownHosts }: HeldVm): readonly LoginFile[] {
  return [
    ...(privateKey === undefined ? [] : [{ what: 'Private key', name: id, text: whole(privateKey) }]),
    ...(certificate === undefined ? [] : [{ what: 'Certificate', name: `${id}-cert.pub`, text: whole(certificate) }]),
    ...(knownHosts === undefined
      ? []
      : [{ what: 'Host keys', name: `${id}.known_hosts`, text: whole(knownHosts.join('\n')) }]),
  ];
}

function whole(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** The command that logs in, in the folder with the files. */
export function sshLine({ id, ip, port, username, privateKey, certificate, knownHosts }: HeldVm): string {
  const words = [
    'ssh',
    ...(privateKey === undefined ? [] : ['-i', id, '-o', 'IdentitiesOnly=yes']),
    ...(privateKey === undefined && certificate !== undefined ? ['-o', `CertificateFile=${id}-cert.pub`] : []),
    ...(knownHosts === undefined ? [] : ['-o', `UserKnownHostsFile=${id}.known_hosts`]),
    ...(port === 22 ? [] : ['-p', String(port)]),
    `${username}@${ip}`,
  ];
  return words.join(' ');
}

/**
 * The command that does all of it.
 * @param userid - where nobody asks who borrows; only `|` in it has a meaning in shells
 */
export function commandLine(url: string, userid: string | undefined): string {
  const user = userid === undefined ? [] : ['--user', userid.includes('|') ? `'${userid}'` : userid];
  return ['vm-pool', 'ssh', '--url', url, ...user].join(' ');
}

/** Parts of a grant that stay together: a certificate fits only the key that came with it. */
export interface ShownLogin {
  readonly leaseId: string;
  readonly vm: HeldVm;
}

/** How long before its end a certificate is replaced, milliseconds. */
const REPLACED_MS = 60_000;

/**
 * The login to show. Each answer of the API may carry a new key with a certificate for it; the one that is shown stays
 * while it is good, so that key and certificate that somebody downloads fit each other.
 */
export function shownLogin(shown: ShownLogin | undefined, fresh: ShownLogin, nowMs: number): ShownLogin {
  if (shown?.leaseId !== fresh.leaseId) return fresh;
  const { certificateExpiresAt } = shown.vm;
  if (certificateExpiresAt === undefined) {
    const isSame = shown.vm.privateKey === fresh.vm.privateKey && fresh.vm.keyAcceptedUntil === undefined;
    return isSame ? shown : fresh;
  }
  return Date.parse(certificateExpiresAt) - nowMs > REPLACED_MS ? shown : fresh;
}
