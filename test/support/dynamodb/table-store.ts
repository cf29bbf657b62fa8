import type { Clock } from '../../../lambda/pool/ports.ts';
import type { ClientOptions } from '../../../lambda/store/dynamodb/client.ts';
import { DynamoDb } from '../../../lambda/store/dynamodb/client.ts';
import type { DynamoStore } from '../../../lambda/store/dynamodb/store.ts';
import { createDynamoStore } from '../../../lambda/store/dynamodb/store.ts';

/** A store over a table of the DynamoDB that the variables of this process name. It never reuses counts. */
export function storeOver(tableName: string, clock: Clock = Date.now): DynamoStore {
  return createDynamoStore({ tableName, eventsKeptDays: 90, countsMaxAgeMs: 0, clock, ...place() });
}

/** The DynamoDB that the variables of this process name. */
export function dynamoDb(): DynamoDb {
  return new DynamoDb(place());
}

function place(): ClientOptions {
  const { AWS_REGION, AWS_ENDPOINT_URL_DYNAMODB, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  return {
    region: AWS_REGION ?? '',
    endpoint: AWS_ENDPOINT_URL_DYNAMODB,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID ?? '', secretAccessKey: AWS_SECRET_ACCESS_KEY ?? '' },
  };
}
