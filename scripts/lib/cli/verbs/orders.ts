import type { Route } from '../../../../lambda/client/routes.ts';
import type { Run } from '../verb.ts';
import { vmTable } from './vms.ts';

type OrderRoute = Extract<Route, `POST /vms/{id}/${string}`>;

/** What an operator says with an order. */
interface OrderOptions {
  readonly reason: string;
  readonly hostKey?: string;
}

/** Stops lending a VM. */
export const drain = { run: order('POST /vms/{id}/drain') };

/** Puts a VM back. */
export const putBack = { run: order('POST /vms/{id}/return') };

/** Takes out a VM that nobody holds. */
export const quarantine = { run: order('POST /vms/{id}/quarantine') };

/** Takes a VM from its user. */
export const forceRelease = { run: order('POST /vms/{id}/release') };

/** The verb of an order for one VM. */
function order(route: OrderRoute): Run<OrderOptions> {
  return async ({ operator, output, signal }, { words: [vm], options: { reason, hostKey } }) => {
    const client = await operator();
    const wish = { id: String(vm), reason, ...(hostKey !== undefined && { hostKey }) };
    const answer = await client.call(route, wish, { signal });
    await output.answer(answer, (body, style, nowMs) => vmTable([body.vm], style, nowMs));
    return undefined;
  };
}
