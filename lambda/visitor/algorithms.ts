import type { PublicKeyAlgorithm } from '@microsoft/dev-tunnels-ssh';
import { SshAlgorithms, SshSessionConfiguration } from '@microsoft/dev-tunnels-ssh';
import { Ed25519 } from './ed25519.ts';
import type { HostKey } from './host-key.ts';

const { publicKey } = SshAlgorithms;

/** Ways to sign with each type of host key. No `ssh-rsa`: it signs with SHA-1. */
const HOST_KEYS: Readonly<Record<string, readonly (PublicKeyAlgorithm | null | undefined)[]>> = {
  'ssh-ed25519': [new Ed25519()],
  'ecdsa-sha2-nistp256': [publicKey.ecdsaSha2Nistp256],
  'ecdsa-sha2-nistp384': [publicKey.ecdsaSha2Nistp384],
  'ecdsa-sha2-nistp521': [publicKey.ecdsaSha2Nistp521],
  'ssh-rsa': [publicKey.rsaWithSha512, publicKey.rsaWithSha256],
};

/**
 * The algorithms of a session: the library's own, AES-GCM first and AES-CTR for servers such as Dropbear. A server
 * shows one of its host keys, of the first type here that it has: so the types that the VM should have come first. The
 * others follow, since a server that has none of the right types is best known by the wrong key that it shows.
 */
export function configuration(hostKeys: readonly HostKey[]): SshSessionConfiguration {
  const config = new SshSessionConfiguration();
  const types = new Set([...hostKeys.map(({ type }) => type), ...Object.keys(HOST_KEYS)]);
  const algorithms = [...types].flatMap((type) => (Object.hasOwn(HOST_KEYS, type) ? (HOST_KEYS[type] ?? []) : []));
  config.publicKeyAlgorithms.splice(0, Infinity, ...algorithms.filter((algorithm) => algorithm != null));
  // Methods of this library alone: reconnecting and the like.
  config.protocolExtensions.splice(0);
  config.authenticationMethods.splice(0, Infinity, 'publickey' as never);
  return config;
}
