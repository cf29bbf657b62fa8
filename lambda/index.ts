import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { loadConfig } from './config.ts';
import type { Config } from './config.ts';
import { createApi } from './http/api.ts';
import { Lending } from './pool/lending.ts';
import { Operations } from './pool/operations.ts';
import type { PolicyOf } from './pool/pool.ts';
import type { LeaseStore } from './pool/ports.ts';
import { createTick } from './pool/tick.ts';
import { Upkeep } from './pool/upkeep.ts';
import { MockProvider } from './providers/mock.ts';
import { TimeLimitedProvider } from './providers/time-limit.ts';
import { MemoryStore } from './store/memory/store.ts';
import { createJournal, faultFields } from './telemetry/journal.ts';
import { createLineQueue, writeLine } from './telemetry/stdout.ts';

/** What EventBridge Scheduler sends each minute; Terraform sets it as the schedule's input. */
export interface TickEvent {
  readonly source: string;
  readonly 'detail-type': string;
}

const clock = Date.now;
const config = loadConfig();
const journal = createJournal({
  clock,
  metricsNamespace: config.metricsNamespace,
  // Not the console: Lambda wraps what goes there once more, and CloudWatch finds no embedded metrics in it.
  write: config.onLambda ? writeLine : createLineQueue(),
});
const provider = new TimeLimitedProvider(new MockProvider(config.mockFailingVms), config.check.timeoutSec);
// One policy for all pools.
const policyOf: PolicyOf = () => ({ lease: config.limits, check: config.check });
const store = await createStore(config);
const upkeep = new Upkeep({ store, provider, clock }, policyOf);
const lending = new Lending({ store, provider, upkeep, clock, newId: () => crypto.randomUUID() }, policyOf);
const operations = new Operations(store, upkeep, clock);
const api = createApi({
  lending,
  operations,
  // Who calls a function's URL is never on this computer, whatever an environment says.
  adminUsers: config.onLambda ? [] : config.adminUsers,
  journal,
  faultFields,
});
const tick = createTick({ upkeep, journal, clock, faultFields });

// Knows the VMs from the first request on, and opens the connection to the store while nobody waits. A store that is out of
// reach just now is no reason to answer nobody: each call says so itself, and the next tick makes up for this.
await upkeep.sync('init').catch((error: unknown) => {
  journal({ level: 'ERROR', message: 'the inventory could not be synced at the start', fields: faultFields(error) });
});

if (config.onLambda && config.store.kind === 'memory') {
  journal({ level: 'WARN', message: 'leases live in the memory of this process and end with it (STORE=memory)' });
}

/** Only the store that is used is loaded: AWS's parts cost a cold start more than everything else together. */
async function createStore({ store: settings, eventsKeptDays }: Config): Promise<LeaseStore> {
  if (settings.kind === 'memory') return new MemoryStore();
  const { createDynamoStore } = await import('./store/dynamodb/store.ts');
  return createDynamoStore({ ...settings, eventsKeptDays });
}

/** A tick leaves this much of its run for the figures and the log, milliseconds. */
const TICK_RESERVE_MS = 5_000;

/** The function: answers requests of API Gateway (payload format 2.0) and runs the reaper's tick. */
export async function handler(
  event: APIGatewayProxyEventV2 | TickEvent,
  context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
): Promise<APIGatewayProxyStructuredResultV2 | undefined> {
  if ('routeKey' in event) return api(event, context.awsRequestId);
  if (event['detail-type'] !== 'Scheduled Event')
    throw new TypeError('neither a request of an HTTP API nor a scheduled event');
  await tick(context.awsRequestId, context.getRemainingTimeInMillis() - TICK_RESERVE_MS);
  return undefined;
}
