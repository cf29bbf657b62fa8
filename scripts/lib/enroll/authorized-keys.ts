import type { EnrolledVm } from './vms.ts';

const CAVEATS = `# Lines for ~/.ssh/authorized_keys of the user that borrowers log in as. They need no root on the VM, so they can't do
# what root could: nothing is cleaned between users ("reset": "none"), and a certificate opens the VM until it expires,
# at most 5 minutes after its lease. A borrower can change this file, and stay.
`;

/**
 * The lines that let certificates in without root.
 *
 * @param keys - public keys of the certificate authority, `TYPE BASE64`
 */
export function authorizedKeys(vms: readonly EnrolledVm[], keys: readonly string[]): string {
  const blocks = vms.map(({ id, login }) => {
    const lines = keys.map((key) => `cert-authority,principals="${id}" ${key}\n`);
    return `# ${login} on ${id}\n${lines.join('')}`;
  });
  return CAVEATS + blocks.join('');
}
