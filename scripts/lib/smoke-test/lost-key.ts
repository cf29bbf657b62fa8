import { generateKeyPairSync } from 'node:crypto';
import { string } from '../../../lambda/access/wire.ts';

const TYPE = 'ssh-ed25519';

/**
 * A public key whose private half nobody has, as OpenSSH writes it: a VM of EC2 Instance Connect must let in some key.
 */
export function lostKey(): string {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  return `${TYPE} ${Buffer.concat([string(TYPE), string(Buffer.from(x, 'base64url'))]).toString('base64')}`;
}
