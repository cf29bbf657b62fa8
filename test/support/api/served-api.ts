import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Api } from '../../../lambda/http/api.ts';
import { CALLS } from '../../../lambda/http/calls.ts';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import type { Vm } from '../../../lambda/pool/vm.ts';
import { composeService, createCallers } from '../../../lambda/service.ts';
import { loadSettings } from '../../../lambda/settings.ts';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import { createGateway } from '../../../scripts/lib/gateway/server.ts';
import { someVms, TestClock, TestProvider } from '../pool/lending.ts';
import { checkAnswer } from './contract.ts';

/** The API with the memory store, and the parts that a test controls; `lines` is its log. */
export interface TestApi {
  readonly api: Api;
  readonly clock: TestClock;
  readonly provider: TestProvider;
  readonly store: LeaseStore;
  readonly lines: string[];
}

/** The only operator of {@link testApi}. */
export const OPERATOR = 'ops';

const SETTINGS = { ADMIN_USERS: OPERATOR, METRICS_NAMESPACE: 'test', CHECK_BACKOFF_SECONDS: '10' };

/** Makes the API with a clock and VMs that the test controls. It compares each answer with `openapi.json`. */
export async function testApi(
  vms: readonly Vm[] = someVms(3),
  variables: Readonly<Record<string, string>> = {},
): Promise<TestApi> {
  const lines: string[] = [];
  const clock = new TestClock();
  const provider = new TestProvider(vms);
  const store = new MemoryStore();
  const settings = loadSettings({ ...SETTINGS, ...variables });
  const { api, start } = composeService(settings, {
    store,
    provider,
    callerOf: await createCallers(settings, clock.read),
    clock: clock.read,
    pause: async (ms) => {
      clock.advance(ms / 1000);
    },
    write: (line) => lines.push(line),
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
  /** URL of its stage, e.g. `http://127.0.0.1:4711/resources`. */
  readonly url: string;
  /** Errors that the gateway answered with a bare 500. */
  readonly faults: unknown[];
  readonly close: () => Promise<unknown>;
}

/** Serves a {@link testApi} on a free port of this computer. */
export async function serveApi(vms?: readonly Vm[]): Promise<ServedApi> {
  const parts = await testApi(vms);
  const faults: unknown[] = [];
  const server = createGateway({
    routes: [...CALLS.map(({ route }) => route), '$default'],
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

/** A client's view of an answer. */
export interface Reply<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Calls a URL, with the parameters as a JSON body unless they are undefined. */
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
