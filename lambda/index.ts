import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { createService } from './service.ts';
import { loadSettings } from './settings.ts';

/** What EventBridge Scheduler sends each minute; Terraform sets it as the schedule's input. */
export interface TickEvent {
  readonly source: string;
  readonly 'detail-type': string;
}

/** A tick leaves this much of its run for the figures and the log, milliseconds. */
const TICK_RESERVE_MS = 5_000;

const service = await createService(loadSettings());
await service.start();

/** The function: answers requests of API Gateway (payload format 2.0) and runs the reaper's tick. */
export async function handler(
  event: APIGatewayProxyEventV2 | TickEvent,
  context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
): Promise<APIGatewayProxyStructuredResultV2 | undefined> {
  if ('routeKey' in event) return service.api(event, context.awsRequestId);
  if (event['detail-type'] !== 'Scheduled Event') {
    throw new TypeError('the event is neither a request of an HTTP API nor a scheduled event');
  }
  await service.tick(context.awsRequestId, context.getRemainingTimeInMillis() - TICK_RESERVE_MS);
  return undefined;
}
