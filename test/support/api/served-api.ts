import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApi } from '../../../lambda/http/api.ts';
import type { Api } from '../../../lambda/http/api.ts';
import { OPERATOR_ROUTE_KEYS } from '../../../lambda/http/operator-routes.ts';
import { ROUTE_KEYS } from '../../../lambda/http/routes.ts';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import type { Vm } from '../../../lambda/pool/vm.ts';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import { createJournal, faultFields } from '../../../lambda/telemetry/journal.ts';
import { createGateway } from '../../../scripts/lib/gateway/server.ts';
import { lendingOver, someVms } from '../pool/lending.ts';
import type { TestClock, TestProvider } from '../pool/lending.ts';

/** The API over memory, its parts in the test's hands; `lines` is its log. */
export interface TestApi {
  readonly api: Api;
  readonly clock: TestClock;
  readonly provider: TestProvider;
  readonly store: LeaseStore;
  readonly lines: string[];
}

/** The operator that {@link testApi} knows. */
export const OPERATOR = 'ops';

/** Composes the API as `lambda/index.ts` does, but for the clock and the VMs. */
export async function testApi(vms: readonly Vm[] = someVms(3)): Promise<TestApi> {
  const { clock, provider, store, lending, operations } = await lendingOver(async () => new MemoryStore(), vms);
  const lines: string[] = [];
  const journal = createJournal({ clock: clock.read, metricsNamespace: 'test', write: (line) => lines.push(line) });
  const api = createApi({ lending, operations, adminUsers: [OPERATOR], journal, faultFields });
  return { api, clock, provider, store, lines };
}

/** An API that listens, behind the same gateway that `npm start` has. */
export interface ServedApi extends TestApi {
  /** Where its stage begins, e.g. `http://127.0.0.1:4711/resources`. */
  readonly url: string;
  /** Faults that a client would see as a bare 500 of the gateway. */
  readonly faults: unknown[];
  readonly close: () => Promise<unknown>;
}

/** Serves a {@link testApi} on a free port of this computer. */
export async function serveApi(vms?: readonly Vm[]): Promise<ServedApi> {
  const parts = await testApi(vms);
  const faults: unknown[] = [];
  const server = createGateway({
    routes: [...ROUTE_KEYS, ...OPERATOR_ROUTE_KEYS, '$default'],
    stage: 'resources',
    invoke: (event) => parts.api(event, 'invocation-1'),
    onFault: (fault) => faults.push(fault),
  });
  const { port } = await listening(server);
  const close = () => {
    const closed = new Promise<unknown>((resolve) => server.close(resolve));
    server.closeAllConnections();
    return closed;
  };
  return { ...parts, url: `http://127.0.0.1:${String(port)}/resources`, faults, close };
}

/** What a client got. */
export interface Reply<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Calls a URL, with the parameters in a JSON body if there are any. */
export async function callUrl<Body>(
  url: string,
  method: string,
  parameters: object | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply<Body>> {
  const body = parameters === undefined ? null : JSON.stringify(parameters);
  const type: Record<string, string> = body === null ? {} : { 'content-type': 'application/json' };
  const response = await fetch(url, { method, body, headers: { ...type, ...headers } });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
}

function listening(server: Server): Promise<AddressInfo> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(server.address() as AddressInfo);
    });
  });
}
