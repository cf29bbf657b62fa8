import type { Held } from './routes.ts';

/**
 * Why a VM can't be used. `gone`: it no longer exists, while its lease lives on. `starting`: it was not ready in time,
 * and stays the user's. `not-started`: its start failed and no other VM was free, so the lease is over.
 */
export type NotReadyReason = 'gone' | 'starting' | 'not-started';

/** What each reason means, and what to do. */
const SENTENCES: Readonly<Record<NotReadyReason, (id: string, why: string) => string>> = {
  gone: (id, why) => `${id} no longer exists${why}; give it back, then borrow another VM`,
  starting: (id, why) => `${id} is still being started${why}; look at the lease again later`,
  'not-started': (id, why) => `${id} was not started${why}, and its lease is over; borrow another VM`,
};

/** A VM that was lent can't be used. */
export class NotReady extends Error {
  /** @param held - the lease and its VM as the service answered them last */
  constructor(
    readonly reason: NotReadyReason,
    readonly held: Held,
    options?: ErrorOptions,
  ) {
    const { id, statusReason } = held.vm;
    super(SENTENCES[reason](id, statusReason === undefined ? '' : ` (${statusReason})`), options);
    this.name = 'NotReady';
  }
}
