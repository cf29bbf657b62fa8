/** Carries out operators' orders. Loaded for the first one: a borrower's cold start does not need it. */
import * as v from 'valibot';
import type { OrderParams } from '../pool/operations.ts';
import { UnknownVm } from '../pool/order-refusals.ts';
import type { Order } from '../pool/orders.ts';
import type { CallRequest, Services } from './call.ts';
import { vmId } from './fields.ts';
import { vmBody } from './operator-bodies.ts';

/** How much of an id is logged: a path may hold any text. */
const LONGEST_ID = 128;

/** What an operator says with an order. */
export type OrderWish = Pick<OrderParams, 'reason' | 'hostKey'>;

/** Carries out an order for the VM that the path names. @throws {@link UnknownVm}, and what the rules refuse */
export async function carryOutOrder(
  order: Order,
  wish: OrderWish,
  { path, who: operator = '', facts, requestId }: CallRequest,
  { operations }: Services,
) {
  const { id = '' } = path;
  facts.vmId = id.slice(0, LONGEST_ID);
  if (!v.is(vmId, id)) throw new UnknownVm(id);
  const { ended, ...status } = await operations.order({ order, vmId: id, operator, ...wish }, requestId);
  if (ended !== undefined) Object.assign(facts, { who: operator, userId: ended.userId, leaseId: ended.id });
  return { vm: vmBody(status) };
}
