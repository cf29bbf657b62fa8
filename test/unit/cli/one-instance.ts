import type { Vm } from '../../../lambda/client/routes.ts';
import { leaseOf, vmOf } from '../login/made-up.ts';

const LEASE = leaseOf({ expiresAt: '2999-01-01T00:00:00Z' });

/** A service that lends one VM of EC2. */
export class OneInstance {
  isHeld = false;
  readonly routes: string[] = [];
  /** Public keys that came with calls. */
  readonly keys: unknown[] = [];
  /** How the next answers show the VM; the last one counts from then on. */
  states: Partial<Vm>[] = [{}];
  refusal: object | undefined;

  readonly fetch: typeof fetch = async (input) => {
    const request = input as Request;
    const { method, url } = request;
    const route = `${method} ${new URL(url).pathname}`;
    if (route === 'GET /sign-in') return Response.json({ authorization: 'none' });
    this.routes.push(route);
    if (method === 'POST') this.keys.push(((await request.clone().json()) as { sshPublicKey?: unknown }).sshPublicKey);
    if (route === 'POST /getvm') this.isHeld = this.refusal === undefined;
    if (!this.isHeld) return problem(this.refusal ?? { status: 404, code: 'no_lease', detail: 'alice holds no VM' });
    if (route === 'POST /releasevm') {
      this.isHeld = false;
      return Response.json({ message: 'given back', lease: LEASE, vm: {} });
    }
    const state = this.states.length > 1 ? this.states.shift() : this.states[0];
    const vm = vmOf({ id: 'i-01', certificateExpiresAt: undefined as never, ...state });
    return Response.json({ message: 'yours', vm, lease: LEASE }, { headers: { 'retry-after': '10' } });
  };
}

function problem(members: object): Response {
  const headers = { 'content-type': 'application/problem+json' };
  return new Response(JSON.stringify(members), { status: (members as { status: number }).status, headers });
}
