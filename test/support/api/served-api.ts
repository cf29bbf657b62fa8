import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Api } from '../../../lambda/http/api.ts';
import { CALLS } from '../../../lambda/http/calls.ts';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import type { Vm } from '../../../lambda/pool/vm.ts';
import type { ServiceParts } from '../../../lambda/service.ts';
import { composeService, createCallers } from '../../../lambda/service.ts';
import { loadSettings } from '../../../lambda/settings.ts';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import { createGateway } from '../../../scripts/lib/gateway/server.ts';
import { guarded } from '../../../scripts/lib/server/guarded-routes.ts';
import { ACCOUNT_ID } from '../emulated-aws/server.ts';
import { userOf } from '../identity/identify.ts';
import { someVms, TestClock, TestProvider } from '../pool/lending.ts';
import { checkAnswer } from './contract.ts';
import type { Mode } from './modes.ts';
import { ANONYMOUS } from './modes.ts';

/** The API with the memory store, and the parts that a test controls; `lines` is its log. */
export interface TestApi {
  readonly api: Api;
  readonly clock: TestClock;
  readonly provider: TestProvider;
  readonly store: LeaseStore;
  readonly lines: string[];
}

const SETTINGS = { ...ANONYMOUS.variables, METRICS_NAMESPACE: 'test', CHECK_BACKOFF_SECONDS: '10' };

/** The console page of a {@link testApi}. */
export const PAGE = '<!doctype html><title>vm-pool</title><style>p{margin:0}</style><script>start("<p>")</script>';

/** Makes the API with a clock and VMs that the test controls. It compares each answer with `openapi.json`. */
export async function testApi(
  vms: readonly Vm[] = someVms(3),
  variables: Readonly<Record<string, string>> = {},
  trustedKeys: readonly string[] = [],
  parts: Partial<ServiceParts> = {},
): Promise<TestApi> {
  const lines: string[] = [];
  const clock = new TestClock();
  const provider = new TestProvider(vms);
  const store = new MemoryStore();
  const settings = loadSettings({ ...SETTINGS, ...variables });
  const { api, start } = composeService(settings, {
    store,
    provider,
    trustedKeys,
    callerOf: await createCallers(settings, clock.read),
    clock: clock.read,
    pause: async (ms) => {
      clock.advance(ms / 1000);
    },
    readPage: async () => PAGE,
    write: (line) => lines.push(line),
    ...parts,
  });
  await start();
  lines.length = 0;
  const checkedApi: Api = async (event, invocationId) => {
    const result = await api(event, invocationId);
    checkAnswer(event, result);
    return result;
  };
  return { api: checkedApi, clock, provider, store, lines };
}

/** A {@link TestApi} behind the gateway of `npm start`. */
export interface ServedApi extends TestApi {
  readonly mode: Mode;
  /** URL of its stage, e.g. `http://127.0.0.1:4711/resources`. */
  readonly url: string;
  /** Errors that the gateway answered with a bare 500. */
  readonly faults: unknown[];
  readonly close: () => Promise<unknown>;
}

/**
 * Serves a {@link testApi} on a free port of this computer, behind the gateway that the mode asks for.
 *
 * @param others - parts of the service in place of those that it has in tests
 */
export async function serveApi(
  vms?: readonly Vm[],
  mode: Mode = ANONYMOUS,
  others: Partial<ServiceParts> = {},
): Promise<ServedApi> {
  const parts = await testApi(vms, mode.variables, ['ecdsa-sha2-nistp256 AAAA vm-pool'], others);
  const faults: unknown[] = [];
  const server = createGateway({
    accountId: ACCOUNT_ID,
    routes: [...CALLS.map(({ route }) => route), '$default'],
    stage: 'resources',
    ...(mode.authorizer && { authorizers: guarded(mode.authorizer, 'METRICS_TOKEN' in mode.variables) }),
    invoke: (event) => parts.api(event, 'invocation-1'),
    onFault: (fault) => faults.push(fault),
  });
  const { port } = await listening(server);
  const close = () => {
    const closed = new Promise<unknown>((resolve) => server.close(resolve));
    server.closeAllConnections();
    return closed;
  };
  return { ...parts, mode, url: `http://127.0.0.1:${String(port)}/resources`, faults, close };
}

/** A request to a served API. */
export interface SentRequest {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string;
  /** Who sends it; null for nobody */
  readonly by: string | null;
}

/** Sends a request as somebody, in the way of the API's mode. */
export async function send({ url: stage, mode }: ServedApi, path: string, request: SentRequest): Promise<Response> {
  const { method, headers = {}, body, by } = request;
  const url = stage + path;
  const unsent = { method, url, headers, ...(body !== undefined && { body }) };
  const sent = by === null ? headers : await mode.identify(unsent, by);
  return fetch(url, { method, headers: { ...sent }, body: body ?? null });
}

/** A client's view of an answer. */
export interface Reply<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** How to send parameters. */
export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Who calls: null for nobody, by default the user whom the request names, or else alice */
  readonly by?: string | null | undefined;
}

/** Calls a served API, with the parameters as a JSON body unless they are undefined. */
export async function callApi<Body>(
  served: ServedApi,
  method: string,
  path: string,
  parameters?: object,
  { headers = {}, by = userOf(served.url + path, parameters) }: CallOptions = {},
): Promise<Reply<Body>> {
  const json = parameters && { body: JSON.stringify(parameters) };
  const type: Record<string, string> = json ? { 'content-type': 'application/json' } : {};
  const response = await send(served, path, { method, headers: { ...type, ...headers }, by, ...json });
  return { status: response.status, headers: response.headers, body: (await bodyOf(response)) as Body };
}

function listening(server: Server): Promise<AddressInfo> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(server.address() as AddressInfo);
    });
  });
}

/** A body as its content type says. */
async function bodyOf(response: Response): Promise<unknown> {
  return response.headers.get('content-type')?.endsWith('json') ? response.json() : response.text();
}
