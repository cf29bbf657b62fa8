/**
 * The API on this computer: the very function that is deployed, as `scripts/build` made it, behind the adapter that turns
 * HTTP into API Gateway events, and ticked each minute as EventBridge Scheduler does it.
 */
import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type * as lambda from '../lambda/index.ts';
import { ROUTE_KEYS } from '../lambda/http/routes.ts';
import { createGateway } from './gateway/server.ts';

const STAGE = 'resources';
const TICK_EVERY_MS = 60_000;

/** @returns a TCP port; 0 lets the system choose one */
function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) fail(`PORT must be a whole number from 0 to 65535, not ${text}`);
  return port;
}

function fail(message: string): never {
  console.error(`vm-pool cannot start: ${message}`);
  process.exit(1);
}

async function loadFunction(): Promise<typeof lambda> {
  const bundle = new URL('../dist/lambda/index.mjs', import.meta.url).href;
  try {
    return (await import(bundle)) as typeof lambda;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

const host = process.env.HOST ?? '127.0.0.1';
const port = portOf(process.env.PORT ?? '3000');
const { handler } = await loadFunction();

const call = (event: Parameters<typeof handler>[0]) => handler(event, contextOf());
const gateway = createGateway({
  routes: [...ROUTE_KEYS, '$default'],
  stage: STAGE,
  invoke: (event: APIGatewayProxyEventV2) => call(event),
  onFault: (fault) => {
    console.error(fault);
  },
});
const ticks = setInterval(() => {
  call({ source: 'vm-pool.scheduler', 'detail-type': 'Scheduled Event' }).catch(console.error);
}, TICK_EVERY_MS);

gateway.on('error', (error: NodeJS.ErrnoException) => {
  fail(error.code === 'EADDRINUSE' ? `port ${port} is taken; choose another: PORT=3001 npm start` : error.message);
});
gateway.listen(port, host, welcome);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);

function contextOf(): Pick<Context, 'awsRequestId'> {
  return { awsRequestId: randomUUID() };
}

function welcome(): void {
  const address = gateway.address();
  if (address === null || typeof address === 'string') return;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/${STAGE}`;
  console.log(`vm-pool lends VMs at ${url}  (Ctrl-C stops it)\n\n  curl -X POST '${url}/getvm?userid=alice'\n`);
}

function stop(): void {
  clearInterval(ticks);
  gateway.close();
  gateway.closeIdleConnections();
}
