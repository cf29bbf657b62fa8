import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Lending } from '../pool/lending.ts';
import type { Answer } from './answer.ts';
import { grantBody, isoSeconds, leaseBody } from './answer.ts';
import { parametersOf } from './parameters.ts';
import { StoreUnavailable } from '../pool/refusals.ts';
import { checked } from './schemas.ts';
import type { Schemas } from './schemas.ts';

/** What is known of a request by and by, for its log line. */
export interface Trace {
  userId?: string;
  vmId?: string;
  leaseId?: string;
}

/** One call of the API. Notes in `trace` what the log line is to tell; never a key. */
export type Call = (event: APIGatewayProxyEventV2, trace: Trace) => Promise<Answer>;

/** Every call has the route key that Terraform gives API Gateway. */
export const ROUTE_KEYS = [
  'POST /getvm',
  'POST /releasevm',
  'POST /renewvm',
  'GET /lease',
  'GET /pool',
  'GET /health',
] as const;

/** Every call by its route key: API Gateway has matched method and path, so this is all the router there is. */
export type Routes = ReadonlyMap<string, Call>;

/** The calls of those who borrow. */
export function createRoutes(lending: Lending, schemas: Schemas): Routes {
  const getVm: Call = async (event, trace) => {
    const parameters = checked(schemas.getVm, parametersOf(event, ['Idempotency-Key']));
    const { userid, 'Idempotency-Key': idempotencyKey, ...wish } = parameters;
    trace.userId = userid;
    const grant = await lending.acquire({ userId: userid, idempotencyKey, ...wish }, requestIdOf(event));
    note(trace, grant.lease);
    const message = `${grant.vm.id} is yours until ${isoSeconds(grant.lease.expiresAtSec)}`;
    return { status: 200, body: { message, ...grantBody(grant) } };
  };

  const releaseVm: Call = async (event, trace) => {
    const { userid, leaseId } = checked(schemas.releaseVm, parametersOf(event));
    trace.userId = userid;
    const { vm, state } = await lending.release({ userId: userid, leaseId }, requestIdOf(event));
    trace.vmId = vm.id;
    return { status: 200, body: { message: `${vm.id} was given back`, vm: { id: vm.id, state } } };
  };

  const renewVm: Call = async (event, trace) => {
    const { userid, leaseId, minutes } = checked(schemas.renewVm, parametersOf(event));
    trace.userId = userid;
    const lease = await lending.renew({ userId: userid, leaseId, minutes }, requestIdOf(event));
    note(trace, lease);
    return { status: 200, body: { lease: leaseBody(lease) } };
  };

  const lease: Call = async (event, trace) => {
    const { userid } = checked(schemas.lease, parametersOf(event));
    trace.userId = userid;
    const grant = await lending.leaseOf(userid);
    note(trace, grant.lease);
    return { status: 200, body: grantBody(grant) };
  };

  const pool: Call = async (event) => {
    return { status: 200, body: { pools: Object.fromEntries(await lending.counts(requestIdOf(event))) } };
  };

  const health: Call = async () => {
    await lending.ping().catch((cause: unknown) => {
      throw new StoreUnavailable({ cause });
    });
    return { status: 200, body: { status: 'ok' } };
  };

  const calls: Record<(typeof ROUTE_KEYS)[number], Call> = {
    'POST /getvm': getVm,
    'POST /releasevm': releaseVm,
    'POST /renewvm': renewVm,
    'GET /lease': lease,
    'GET /pool': pool,
    'GET /health': health,
  };
  return new Map(Object.entries(calls));
}

function requestIdOf({ requestContext }: APIGatewayProxyEventV2): string {
  return requestContext.requestId;
}

function note(trace: Trace, { id, vmId }: { readonly id: string; readonly vmId: string }): void {
  trace.vmId = vmId;
  trace.leaseId = id;
}
