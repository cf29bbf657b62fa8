import type { NotReadyReason } from '../../../lambda/client/not-ready.ts';
import type { Exit } from './exit-codes.ts';

/** What it means that a VM can't be used, and what to do about it. */
export interface NotReadyStep {
  /** As the message says it, in part. */
  readonly says: string;
  /** A sentence. */
  readonly means: string;
  readonly exit: Exit;
  /** A line each. */
  readonly next: readonly string[];
}

/** Every reason for which a VM that was lent can't be used. */
export const NOT_READY_STEPS: Readonly<Record<NotReadyReason, NotReadyStep>> = {
  starting: {
    says: 'is still being started',
    means:
      'The VM was stopped, and was not ready within 15 minutes. `get` leaves it to you; `with`, and an `ssh` that ' +
      'borrowed it, have given it back.',
    exit: 'notReady',
    next: ['see whether you hold it, and how far it is: vm-pool show'],
  },
  gone: {
    says: 'no longer exists',
    means: 'Somebody has terminated the VM under your lease, or AWS has, as with Spot Instances.',
    exit: 'notReady',
    next: ['give it back: vm-pool release', 'then borrow another: vm-pool get'],
  },
  'not-started': {
    says: 'was not started',
    means: 'The start of the VM failed, and no other VM of its pool was free. You hold none.',
    exit: 'noneFree',
    next: ['wait for another: vm-pool get --wait 10m', 'see all pools: vm-pool pool'],
  },
};
