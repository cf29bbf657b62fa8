import type { Order } from '../pool/life.ts';
import type { PoolEvent } from '../pool/event.ts';
import type { Operations } from '../pool/operations.ts';
import type { Page } from '../pool/ports.ts';
import { UnknownVm } from '../pool/refusals.ts';
import type { VmStatus } from '../pool/vm.ts';
import { isoSeconds } from './answer.ts';
import type { OperatorGate } from './operators.ts';
import { parametersOf } from './parameters.ts';
import { invalidRequest } from './problem.ts';
import type { Call, Routes } from './routes.ts';
import { checked, isVmId } from './schemas.ts';
import type { Schemas } from './schemas.ts';

/** Every operator's call has the route key that Terraform gives API Gateway, with IAM authorization. */
export const OPERATOR_ROUTE_KEYS = [
  'GET /vms',
  'GET /events',
  'POST /vms/{id}/drain',
  'POST /vms/{id}/return',
  'POST /vms/{id}/quarantine',
  'POST /vms/{id}/release',
] as const;

/** The calls of operators. Nothing of a request is looked at before the gate has let its caller in. */
export function createOperatorRoutes(operations: Operations, schemas: Schemas, operatorOf: OperatorGate): Routes {
  const vms: Call = async (event) => {
    operatorOf(event);
    const { limit, cursor } = checked(schemas.vms, parametersOf(event));
    const page = await operations.vms({ limit, cursor: readCursor(cursor) });
    return { status: 200, body: pageBody('vms', page, vmBody) };
  };

  const events: Call = async (event) => {
    operatorOf(event);
    const { userid, vm, limit, cursor } = checked(schemas.events, parametersOf(event));
    const page = await operations.events({ ...subjectOf(userid, vm), limit, cursor: readCursor(cursor) });
    return { status: 200, body: pageBody('events', page, eventBody) };
  };

  const order =
    (kind: Order): Call =>
    async (event, trace) => {
      const operator = operatorOf(event);
      trace.userId = operator;
      const vmId = event.pathParameters?.id ?? '';
      if (!isVmId(vmId)) throw new UnknownVm(vmId);
      const { reason } = checked(schemas.order, parametersOf(event));
      const status = await operations.order({ order: kind, vmId, reason, operator }, event.requestContext.requestId);
      trace.vmId = status.vm.id;
      return { status: 200, body: { vm: vmBody(status) } };
    };

  const calls: Record<(typeof OPERATOR_ROUTE_KEYS)[number], Call> = {
    'GET /vms': vms,
    'GET /events': events,
    'POST /vms/{id}/drain': order('drain'),
    'POST /vms/{id}/return': order('return'),
    'POST /vms/{id}/quarantine': order('quarantine'),
    'POST /vms/{id}/release': order('release'),
  };
  return new Map(Object.entries(calls));
}

function subjectOf(userId: string | undefined, vmId: string | undefined) {
  if (userId !== undefined && vmId === undefined) return { userId };
  if (vmId !== undefined && userId === undefined) return { vmId };
  throw invalidRequest([{ field: 'vm', message: 'or userid is required, one of the two' }]);
}

/** The cursors of a store are its own; written so, they are opaque and go into a URL as they are. */
function writtenCursor(cursor: string): string {
  return Buffer.from(cursor).toString('base64url');
}

function readCursor(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, 'base64url').toString();
}

function pageBody<Item>(name: string, { items, cursor }: Page<Item>, bodyOf: (item: Item) => object) {
  return { [name]: items.map(bodyOf), ...(cursor !== undefined && { cursor: writtenCursor(cursor) }) };
}

function vmBody({ vm, state, failures, draining, retired, dueAtSec, reason, lease }: VmStatus) {
  const { id, pool, ip, port, username } = vm;
  return {
    ...{ id, pool, ip, port, username, state, failures, draining, retired },
    ...(dueAtSec !== undefined && { dueAt: isoSeconds(dueAtSec) }),
    ...(reason !== undefined && { reason }),
    ...(lease !== undefined && { userid: lease.userId, leaseId: lease.id }),
  };
}

function eventBody({ id, kind, vmId, from, to, userId, leaseId, reason, act }: PoolEvent) {
  return {
    ...{ id, at: new Date(act.nowMs).toISOString(), kind, vmId },
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(userId !== undefined && { userid: userId }),
    ...(leaseId !== undefined && { leaseId }),
    ...(reason !== undefined && { reason }),
    ...{ who: act.who, requestId: act.requestId },
  };
}
