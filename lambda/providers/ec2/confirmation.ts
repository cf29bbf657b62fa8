import type { Vm } from '../../pool/vm.ts';
import { sha256Of } from '../inventory/parse.ts';

/**
 * Names an inventory so that an operator can confirm that very one: by the SHA-256 of its document, and by the ids of
 * the instances that were found. Without instances it is that of the document alone.
 *
 * @param documentSha256 - 64 digits of 0-9 a-f
 * @param instances - VMs that are EC2 instances, in any order
 */
export function confirmationOf(documentSha256: string, instances: readonly Pick<Vm, 'id'>[]): string {
  if (instances.length === 0) return documentSha256;
  return sha256Of([documentSha256, ...instances.map(({ id }) => id).sort()].join('\n'));
}
