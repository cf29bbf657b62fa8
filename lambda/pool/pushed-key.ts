/** Pools whose VMs take the holder's own key alone. Loaded for the first call about one. */
import { RefusalError } from './refusal-error.ts';

/** Types of keys that EC2 Instance Connect takes: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-connect-methods.html */
const PUSHABLE = ['ssh-ed25519', 'ssh-rsa'];

/** The VMs of the pool open to the caller's own key alone, and the call has none that they take. */
export class SshPublicKeyNeeded extends RefusalError {
  readonly code = 'ssh_public_key_needed';

  constructor(readonly pool: string) {
    super(`VMs of pool ${pool} open to your own key only: send sshPublicKey, of the type Ed25519 or RSA`);
  }
}

/** @throws {@link SshPublicKeyNeeded} when EC2 Instance Connect does not take the key */
export function expectPushable(pool: string, sshPublicKey: string | undefined): void {
  if (!isPushable(sshPublicKey)) throw new SshPublicKeyNeeded(pool);
}

/** Whether EC2 Instance Connect takes a key. */
export function isPushable(sshPublicKey: string | undefined): sshPublicKey is string {
  return sshPublicKey !== undefined && PUSHABLE.includes(sshPublicKey.split(' ', 1)[0] ?? '');
}
