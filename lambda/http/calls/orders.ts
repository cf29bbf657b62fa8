import * as v from 'valibot';
import type { Order } from '../../pool/orders.ts';
import { vmStatus } from '../answer-schemas.ts';
import type { Call, CallRequest, Services } from '../call.ts';
import { call, documented } from '../call.ts';
import { hostKey, reason, vmId } from '../fields.ts';
import type { OrderWish } from '../operator-orders.ts';
import { DRAINED_VM } from './examples.ts';

/** Takes a VM out. */
export const drain = order('drain', 'POST /vms/{id}/drain');

/** Puts a VM back. */
export const putBack = call({
  route: 'POST /vms/{id}/return',
  audience: 'operators',
  parameters: { reason, hostKey: v.optional(hostKey) },
  handle: carryOut('return'),
});

/** Takes a VM out until it is put back. */
export const quarantine = order('quarantine', 'POST /vms/{id}/quarantine');

/** Takes a VM from its user. */
export const forceRelease = order('release', 'POST /vms/{id}/release');

function order(kind: Order, route: Call['route']) {
  return call({ route, audience: 'operators', parameters: { reason }, handle: carryOut(kind) });
}

function carryOut(kind: Order) {
  return async (wish: OrderWish, request: CallRequest, services: Services) =>
    (await import('../operator-orders.ts')).carryOutOrder(kind, wish, request, services);
}

const documentedOrder = {
  path: { id: vmId },
  answer: { vm: vmStatus },
  example: { vm: DRAINED_VM },
} as const;

/** For the contract. */
export const documentation = () => [
  documented(drain, {
    ...documentedOrder,
    summary: 'Stops lending the VM: at once, or when its user gives it back',
    refusals: ['unknown_vm', 'vm_busy', 'wrong_state'],
  }),
  documented(putBack, {
    ...documentedOrder,
    summary: 'Puts a drained or quarantined VM back, through a check',
    refusals: ['host_key_changed', 'unknown_vm', 'vm_busy', 'wrong_state'],
  }),
  documented(quarantine, {
    ...documentedOrder,
    summary: 'Takes out a VM that nobody holds, until it is put back',
    refusals: ['unknown_vm', 'vm_busy', 'vm_in_use'],
  }),
  documented(forceRelease, {
    ...documentedOrder,
    summary: 'Takes the VM from its user',
    refusals: ['unknown_vm', 'vm_busy', 'wrong_state'],
  }),
];
