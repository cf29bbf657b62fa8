/**
 * The API on this computer: the very function that is deployed, as `scripts/build` made it, behind the adapter that turns
 * HTTP into API Gateway events, and ticked each minute as EventBridge Scheduler does it.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type * as lambda from '../../lambda/index.ts';
import { OPERATOR_ROUTE_KEYS } from '../../lambda/http/operator-routes.ts';
import { ROUTE_KEYS } from '../../lambda/http/routes.ts';
import { toolsMissing } from './dynamodb-local/install.ts';
import { DynamoDbLocal } from './dynamodb-local/start.ts';
import { createTable } from './dynamodb-local/table.ts';
import { createGateway } from './gateway/server.ts';

const STAGE = 'resources';
const TICK_EVERY_MS = 60_000;
const TABLE_NAME = 'vm-pool-local';
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

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

function wantsDynamoDbLocal(): boolean {
  try {
    return parseArgs({ options: { 'dynamodb-local': { type: 'boolean', default: false } } }).values['dynamodb-local'];
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** Gives the function a table of its own, on this computer, and the settings that lead it there. */
async function startDynamoDbLocal(): Promise<DynamoDbLocal> {
  const [missing] = toolsMissing();
  if (missing !== undefined) fail(`${missing.name} is missing (${missing.install})`);
  const database = await DynamoDbLocal.start();
  await createTable(new DynamoDBClient(database.clientConfig), TABLE_NAME);
  Object.assign(process.env, { STORE: 'dynamodb', TABLE_NAME, ...database.variables });
  return database;
}

async function loadFunction(): Promise<typeof lambda> {
  const bundle = new URL('../../dist/lambda/index.mjs', import.meta.url).href;
  try {
    return (await import(bundle)) as typeof lambda;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

const host = process.env.HOST ?? '127.0.0.1';
if (process.env.ADMIN_USERS && !LOOPBACK.includes(host)) {
  fail(`ADMIN_USERS is for a server that only this computer can reach, and HOST is ${host}`);
}
const port = portOf(process.env.PORT ?? '3000');
const database = wantsDynamoDbLocal() ? await startDynamoDbLocal() : undefined;
const { handler } = await loadFunction();

const call = (event: Parameters<typeof handler>[0]) => handler(event, contextOf());
const gateway = createGateway({
  routes: [...ROUTE_KEYS, ...OPERATOR_ROUTE_KEYS, '$default'],
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

function contextOf(): Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'> {
  return { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => TICK_EVERY_MS };
}

function welcome(): void {
  const address = gateway.address();
  if (address === null || typeof address === 'string') return;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/${STAGE}`;
  console.log(`vm-pool lends VMs at ${url}  (Ctrl-C stops it)\n\n  curl -X POST '${url}/getvm?userid=alice'\n`);
}

function stop(): void {
  clearInterval(ticks);
  gateway.close(() => void database?.stop());
  gateway.closeIdleConnections();
}
