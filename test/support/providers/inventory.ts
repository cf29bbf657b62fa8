/** Parts of inventories for tests. */
import { generateKeyPairSync } from 'node:crypto';

/** A host key, another one with every call. */
export function newHostKey(): string {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  return `ssh-ed25519 ${sshBlob('ssh-ed25519', Buffer.from(x, 'base64url')).toString('base64')}`;
}

/** The fields of an SSH public key, each after its length (RFC 4251, section 5). */
export function sshBlob(...fields: readonly (string | Buffer)[]): Buffer {
  const parts = fields.flatMap((field) => {
    const bytes = Buffer.from(field);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat(parts);
}

/** The host key of the VMs of a test that needs no particular one. */
export const HOST_KEY = newHostKey();

/** A pool whose VMs are opened by certificate and cleaned by command. */
export const CERTIFICATE_POOL = { access: 'certificate', check: 'command', reset: 'command' };

/** A pool whose VMs are opened by a stored key. */
export const STORED_KEY_POOL = { access: 'stored-key', check: 'host-key', reset: 'none' };

/** A VM of the inventory, with these fields changed. */
export function vmEntry(fields: object = {}): object {
  return { id: 'vm-01', address: '192.0.2.11', username: 'tester', hostKeys: [HOST_KEY], ...fields };
}

/** The text of an inventory. */
export function inventoryText(vms: readonly object[], pools: object = { default: CERTIFICATE_POOL }): string {
  return JSON.stringify({ pools, vms });
}
