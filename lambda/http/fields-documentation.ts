import { REMEMBERED_DAYS } from '../pool/lease.ts';

/** What the contract says of a parameter. */
export interface FieldDocumentation {
  readonly meaning: string;
  readonly example: string | number;
}

/** What each parameter means, by its name. The function does not import it, so it is not bundled. */
export const FIELD_DOCUMENTATION: Readonly<Record<string, FieldDocumentation>> = {
  userid: { meaning: 'who borrows; a caller with an identity may leave it out', example: 'alice' },
  pool: { meaning: 'pool to borrow from; `default` when absent', example: 'default' },
  minutes: {
    meaning: 'length of the lease from now; the service sets the default, and the longest from `getvm` to its end',
    example: 60,
  },
  sshPublicKey: {
    meaning: 'OpenSSH public key that is let in; no private key is handed out then',
    example: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm alice@laptop',
  },
  leaseId: {
    meaning: 'acts on this lease or on none, which makes the call safe to repeat',
    example: '96ba437d-ec47-4d0f-a5f6-40e5483397ec',
  },
  'Idempotency-Key': {
    meaning: `makes the call safe to repeat: your same key with the same parameters gets the same lease while it lives, and no other until ${REMEMBERED_DAYS} days after its \`expiresAt\``,
    example: '5a2c64f1-6f44-4e8a-9a37-0a8ef7d2e6b1',
  },
  id: { meaning: 'id of the VM', example: 'vm-01' },
  vm: { meaning: 'id of a VM', example: 'vm-01' },
  reason: { meaning: 'why; kept with the event', example: 'new disk' },
  hostKey: {
    meaning:
      'fingerprint of the new host key, to return a VM whose host key changed; the service knows it from the inventory, or from the console of an EC2 instance',
    example: 'SHA256:kYaUkeKZtYOCKqFUcAmeJLBELrJ4vqJKKEBcKIdCC7o',
  },
  limit: { meaning: 'most items on the page', example: 50 },
  cursor: { meaning: 'where the page begins: the cursor of the page before', example: 'dm0tMDE' },
};
