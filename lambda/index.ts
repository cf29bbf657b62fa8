import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { loadConfig } from './config.ts';
import { createApi } from './http/api.ts';
import { Lending } from './pool/lending.ts';
import { createTick } from './pool/tick.ts';
import { MockProvider } from './providers/mock.ts';
import { MemoryStore } from './store/memory.ts';
import { createJournal, faultFields } from './telemetry/journal.ts';

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
  write: (line) => process.stdout.write(`${line}\n`),
});
const provider = new MockProvider(config.mockFailingVms);
const store = new MemoryStore(provider.inventory(), config.maxCheckFailures);
const lending = new Lending({ store, provider, clock, newId: randomUUID }, config.limits);
const api = createApi({ lending, limits: config.limits, journal, faultFields });
const tick = createTick(lending, journal, clock);

if (config.onLambda) {
  journal({ level: 'WARN', message: 'leases live in the memory of this process and end with it (STORE=memory)' });
}

/** The function: answers requests of API Gateway (payload format 2.0) and runs the reaper's tick. */
export async function handler(
  event: APIGatewayProxyEventV2 | TickEvent,
  context: Pick<Context, 'awsRequestId'>,
): Promise<APIGatewayProxyStructuredResultV2 | undefined> {
  if ('routeKey' in event) return api(event, context.awsRequestId);
  if (event['detail-type'] !== 'Scheduled Event')
    throw new TypeError('neither a request of an HTTP API nor a scheduled event');
  await tick(context.awsRequestId);
  return undefined;
}
