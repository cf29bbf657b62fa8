/** What operators can order for a VM. */
import type { OperatedVm } from '../api.ts';

/** An order, as the API names it. */
export type Order = 'drain' | 'return' | 'quarantine' | 'release';

/** What an order does, in words. */
export interface OrderWords {
  readonly verb: string;
  readonly explanation: (vm: OperatedVm) => string;
  /** Whether somebody loses something by it. */
  readonly isHarsh: boolean;
}

/** All orders. */
export const ORDERS: Readonly<Record<Order, OrderWords>> = {
  drain: {
    verb: 'Drain',
    explanation: ({ state }) =>
      state === 'free'
        ? 'Nobody gets this VM until you return it.'
        : 'The VM stays with its user, or in its check. Afterwards nobody gets it until you return it.',
    isHarsh: false,
  },
  return: {
    verb: 'Return',
    explanation: ({ state }) =>
      state === 'quarantined' || state === 'drained'
        ? 'The VM is reset and checked. If it passes, people can borrow it again.'
        : 'The VM goes on as before: it is not drained when its user gives it back.',
    isHarsh: false,
  },
  quarantine: {
    verb: 'Quarantine',
    explanation: () => 'Nobody gets this VM, and nothing touches it, until you return it.',
    isHarsh: true,
  },
  release: {
    verb: 'Force release',
    explanation: ({ userid = 'Its user' }) =>
      `${userid} loses the VM now, and work on it is lost. It is reset and checked for its next user.`,
    isHarsh: true,
  },
};

/** The orders that fit a VM now: the same rules as those of the service, which has the last word. */
export function ordersFor({ state, draining }: Pick<OperatedVm, 'state' | 'draining'>): readonly Order[] {
  const isOut = state === 'quarantined' || state === 'drained';
  return [
    ...(isOut || draining ? (['return'] as const) : (['drain'] as const)),
    ...(state === 'leased' || state === 'quarantined' ? [] : (['quarantine'] as const)),
    ...(state === 'leased' ? (['release'] as const) : []),
  ];
}
