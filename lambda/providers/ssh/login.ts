/** How a holder, or the service itself, logs in to a VM. */
import type { CertificateAuthority, CertificateWish, Login, StoredKeys } from '../../pool/access.ts';
import { CERTIFICATE_SEC, CLOCK_SKEW_SEC } from '../../pool/access.ts';
import type { Opening } from '../../pool/provider.ts';
import { AccessUnavailable } from '../../pool/refusals.ts';
import type { VisitLogin } from '../../pool/visit.ts';
import { knownHostsOf } from '../inventory/host-key.ts';
import type { SshVm } from './ssh-vm.ts';

/** Who makes credentials. Undefined: the service is not set up for that kind. */
export interface Keys {
  readonly authority: CertificateAuthority | undefined;
  readonly storedKeys: StoredKeys | undefined;
}

/** How long the service's own certificates are valid, seconds. */
const SERVICE_CERTIFICATE_SEC = 60;

/** What the cleaner on a VM can be asked to do. */
export type Command = 'clean' | 'check';

/** Opens a VM to the holder of a lease. @throws {@link AccessUnavailable} */
export async function openedTo(opening: Opening, sshVm: SshVm, keys: Keys): Promise<Login> {
  const { vm, pool, hostKeys } = sshVm;
  const knownHosts = knownHostsOf(vm.ip, vm.port, hostKeys);
  if (pool.access === 'stored-key')
    return { login: 'shared-key', privateKey: await storedKey(sshVm, keys), knownHosts };
  const wish = holderWish(opening, pool.portForwarding);
  const certified = await authorityOf(keys).certify(wish);
  return { login: 'certificate', ...certified, certificateExpiresAtSec: wish.validBeforeSec, knownHosts };
}

/**
 * The service's own way in, to run a command of the cleaner. The cleaner revokes every certificate up to the serial of
 * this one, so it must be made after the last lease has ended.
 * @throws {@link AccessUnavailable}
 */
export async function serviceLogin(vmId: string, command: Command, nowMs: number, keys: Keys): Promise<VisitLogin> {
  const nowSec = Math.floor(nowMs / 1000);
  const { certificate, privateKey } = await authorityOf(keys).certify({
    principal: `service@${vmId}`,
    keyId: `vm-pool service ${vmId}`,
    serial: nowMs,
    validAfterSec: nowSec - CLOCK_SKEW_SEC,
    validBeforeSec: nowSec + SERVICE_CERTIFICATE_SEC,
    extensions: [],
  });
  if (privateKey === undefined) throw new Error('the certificate authority has made no key pair');
  return { username: 'root', privateKey, certificate, command: `${command} ${nowMs}` };
}

function holderWish({ vm, lease, sshPublicKey, askedAtMs }: Opening, portForwarding: boolean): CertificateWish {
  const askedAtSec = Math.floor(askedAtMs / 1000);
  const validBeforeSec = Math.min(askedAtSec + CERTIFICATE_SEC, lease.expiresAtSec);
  if (validBeforeSec <= askedAtSec) throw new AccessUnavailable('the lease is over');
  return {
    publicKey: sshPublicKey,
    principal: vm.id,
    // sshd writes it into its log as it is. Ids of users and leases have no character that could forge a line.
    keyId: `lease ${lease.id} ${lease.userId}`,
    serial: askedAtMs,
    validAfterSec: askedAtSec - CLOCK_SKEW_SEC,
    validBeforeSec,
    extensions: portForwarding ? ['permit-pty', 'permit-port-forwarding'] : ['permit-pty'],
  };
}

async function storedKey({ vm, storedKey: place }: SshVm, { storedKeys }: Keys): Promise<string> {
  if (place === undefined) throw new AccessUnavailable(`the inventory has no stored key for ${vm.id}`);
  if (storedKeys === undefined) throw new AccessUnavailable('this service reads no stored keys');
  return storedKeys.read(place);
}

function authorityOf({ authority }: Keys): CertificateAuthority {
  if (authority === undefined) throw new AccessUnavailable('no certificate authority is set (CERTIFICATE_AUTHORITY)');
  return authority;
}
