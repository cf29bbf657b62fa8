/** How a holder logs in to an instance that runs. */
import type { Login } from '../../pool/access.ts';
import { PUSHED_KEY_SEC } from '../../pool/access.ts';
import type { Opening } from '../../pool/provider.ts';
import { isPushable } from '../../pool/pushed-key.ts';
import { AccessUnavailable } from '../../pool/refusals.ts';
import { knownHostsOf } from '../inventory/host-key.ts';
import { openedTo } from '../ssh/login.ts';
import type { SshVm } from '../ssh/ssh-vm.ts';
import type { InstancePorts } from './ports.ts';
import { awsErrorOf, briefly } from './refused.ts';

/** Longest reason of a session. */
const LONGEST_REASON = 256;

/** Opens an instance to the holder of a lease. @throws {@link AccessUnavailable} */
export async function logIn(opening: Opening, sshVm: SshVm, ports: InstancePorts): Promise<Login> {
  const { lease, askedAtMs } = opening;
  if (askedAtMs / 1000 >= lease.expiresAtSec) throw new AccessUnavailable('the lease is over');
  if (sshVm.pool.access === 'session-manager') return inSession(opening, ports);
  if (sshVm.hostKeys.length === 0) throw new AccessUnavailable(`the host keys of ${sshVm.vm.id} are not known yet`);
  if (sshVm.pool.access === 'instance-connect') return byPushedKey(opening, sshVm, ports);
  return openedTo({ ...opening, vm: sshVm.vm }, sshVm, ports.keys);
}

async function byPushedKey(opening: Opening, { vm, hostKeys }: SshVm, ports: InstancePorts): Promise<Login> {
  const { sshPublicKey: publicKey } = opening;
  if (!isPushable(publicKey)) {
    throw new AccessUnavailable('EC2 Instance Connect needs your own sshPublicKey, Ed25519 or RSA');
  }
  // Counted from before the call: the instance lets the key in a little longer, never less long.
  const pushedAtSec = Math.floor(ports.clock() / 1000);
  await ports.instanceConnect.send({ instanceId: vm.id, osUser: vm.username, publicKey }).catch(unavailable);
  const knownHosts = knownHostsOf(vm.ip, vm.port, hostKeys);
  return { login: 'instance-connect', keyAcceptedUntilSec: pushedAtSec + PUSHED_KEY_SEC, knownHosts };
}

async function inSession({ vm, lease, isLook }: Opening, { sessions, region }: InstancePorts): Promise<Login> {
  if (isLook === true) return { login: 'session-manager', region };
  const reason = `lease ${lease.id} ${lease.userId}`.slice(0, LONGEST_REASON);
  const { sessionId, streamUrl, tokenValue } = await sessions.start(vm.id, reason).catch(unavailable);
  return { login: 'session-manager', region, session: { sessionId, streamUrl, tokenValue } };
}

/** @throws {@link AccessUnavailable} for an error of AWS, and any other error as it is */
export function unavailable(cause: unknown): never {
  throw new AccessUnavailable(briefly(awsErrorOf(cause)), { cause });
}
