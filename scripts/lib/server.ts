/**
 * The API on this computer: the function that is deployed, as `scripts/build` made it, behind the adapter that turns
 * HTTP into API Gateway events, and ticked each minute as EventBridge Scheduler does it.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { CALLS } from '../../lambda/http/calls.ts';
import type * as lambda from '../../lambda/index.ts';
import type { Authorizer } from './gateway/authorizer.ts';
import { createGateway } from './gateway/server.ts';
import { guarded } from './server/guarded-routes.ts';
import type { KnownHosts } from './server/known-hosts.ts';
import { LOOPBACK_HOSTS, networkHosts } from './server/known-hosts.ts';
import { pointToApi, refusePages } from './server/local-callers.ts';
import type { LocalTable } from './server/local-table.ts';
import { startLocalTable } from './server/local-table.ts';
import { refuseUnusableToken } from './server/metrics-token.ts';
import type { Settings } from './server/settings.ts';
import { HELP, isLoopback, readSettings } from './server/settings.ts';
import { stopperOf } from './server/stop.ts';
import { optionsOf, tokenAuthorizer, variablesOf } from './server/token-settings.ts';
import type { OpenVms } from './server/vms.ts';
import { openVms } from './server/vms.ts';
import { welcome } from './server/welcome.ts';

const STAGE = 'resources';
const TICK_EVERY_MS = 60_000;

/** Longest that Ctrl-C waits for answers, milliseconds. */
const LAST_ANSWERS_MS = 3_000;

/** Longest that Ctrl-C waits for a log that nobody reads, milliseconds. */
const LAST_LINES_MS = 500;

type Handler = (typeof lambda)['handler'];

// The reader has left, as behind `| head`: the server goes on.
process.stdout.on('error', () => undefined);

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
try {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings === 'help') console.log(HELP);
  else await serve(settings);
} catch (error) {
  fail(`cannot start: ${error instanceof Error ? error.message : String(error)}`);
}

function fail(sentence: string): never {
  console.error(`vm-pool ${sentence}`);
  process.exit(1);
}

async function serve(settings: Settings): Promise<void> {
  for (const warning of settings.warnings) console.error(`vm-pool warns: ${warning}`);
  const authorizer = settings.tokens === undefined ? undefined : await tokenAuthorizer(settings.tokens);
  if (settings.tokens !== undefined) Object.assign(process.env, variablesOf(settings.tokens));
  if (settings.metricsToken !== undefined) {
    await refuseUnusableToken(settings.metricsToken);
    process.env.METRICS_TOKEN = settings.metricsToken;
  }
  const vms = settings.vms && (await openVms(settings.vms, root, process.env));
  Object.assign(process.env, vms?.variables);
  const table = await openTable(settings, vms);
  const { handler } = (await import(new URL('../../dist/lambda/index.mjs', import.meta.url).href)) as typeof lambda;
  const call: Call = (event) => handler(event, contextOf());
  const server = gatewayTo(call, settings, authorizer);
  const stop = stopperOf(server);
  const address = await listening(server, settings);
  const ticks = setInterval(() => {
    call({ source: 'vm-pool.scheduler', 'detail-type': 'Scheduled Event' }).catch(console.error);
  }, TICK_EVERY_MS);

  const end = async () => {
    clearInterval(ticks);
    await stop(LAST_ANSWERS_MS);
    await Promise.all([table?.database.stop(), vms?.stop()]);
    setTimeout(leaveUnread, LAST_LINES_MS).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end());
  console.log(welcome(addressOf(address, settings), settings, { table, vms }));
}

/** Ends even if nobody reads the log. A terminal that Ctrl-S has stopped keeps even `process.exit` waiting. */
function leaveUnread(): void {
  if (process.stdout.isTTY) process.kill(process.pid, 'SIGKILL');
  process.exit();
}

type Call = (event: Parameters<Handler>[0]) => ReturnType<Handler>;

/** Starts DynamoDB Local, if it is wanted, and ends this process if it ends before. */
async function openTable({ tableFolder, tokens }: Settings, vms: OpenVms | undefined): Promise<LocalTable | undefined> {
  if (tableFolder === undefined) return undefined;
  // Demo VMs end with this process.
  const options = vms?.isDemo === true ? undefined : optionsOf(tokens, vms?.inventory);
  const table = await startLocalTable(path.resolve(root, tableFolder), options);
  Object.assign(process.env, table.variables);
  void table.database.ended.then(() => {
    if (!table.database.isStopped) fail('stops: DynamoDB Local, which keeps the leases, has ended');
  });
  return table;
}

function gatewayTo(call: Call, settings: Settings, authorizer: Authorizer | undefined): Server {
  const point = pointToApi(STAGE);
  const hosts = knownHosts(settings);
  const refuse = hosts === undefined ? () => undefined : refusePages(hosts);
  return createGateway({
    routes: [...CALLS.map(({ route }) => route), '$default'],
    stage: STAGE,
    ...(authorizer && { authorizers: guarded(authorizer, settings.metricsToken !== undefined) }),
    invoke: (event: APIGatewayProxyEventV2) => call(event),
    intercept: (request) => refuse(request) ?? point(request),
    onFault: console.error,
  });
}

/** A foreign page has no token. A server that asks for one may therefore have any name, such as that of a proxy. */
function knownHosts({ host, tokens }: Settings): KnownHosts | undefined {
  if (isLoopback(host)) return LOOPBACK_HOSTS;
  return tokens === undefined ? networkHosts() : undefined;
}

async function listening(server: Server, { host, port }: Settings): Promise<AddressInfo> {
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(`port ${port} is taken; choose another: PORT=3001 npm start`, { cause: error });
  });
  return server.address() as AddressInfo;
}

function contextOf(): Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'> {
  return { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => TICK_EVERY_MS };
}

function addressOf({ port }: AddressInfo, { host }: Settings): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/${STAGE}`;
}
