/** Restores the table of the leases: what `scripts/restore-table` runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetFunctionConcurrencyCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { defined } from '../../../lambda/pool/defined.ts';
import { createDynamoStore } from '../../../lambda/store/dynamodb/store.ts';
import { ENVIRONMENTS_FOLDER } from '../logs/environments.ts';
import { regionOf } from '../logs/region.ts';
import { visible } from '../logs/terminal.ts';
import type { Options } from './options.ts';
import { HELP, OptionsError, parseOptions } from './options.ts';
import type { Surroundings } from './run.ts';
import { run } from './run.ts';

const FAILED = 1;
const MISUSED = 2;

/** Of the events that the restore writes. */
const EVENTS_KEPT_DAYS = 90;

/** Patient with the throttling of a capped table. */
const MAX_ATTEMPTS = 10;

try {
  const options = parseOptions(process.argv.slice(2), Date.now());
  if (options === 'help') process.stdout.write(HELP);
  else await restoreTable(options);
} catch (error) {
  const { name = 'Error', message = String(error) } = error instanceof Error ? error : {};
  console.error(`restore-table: ${visible(name === 'Error' ? message : `${name}: ${message}`, '\n')}`);
  process.exitCode = error instanceof OptionsError ? MISUSED : FAILED;
}

async function restoreTable(options: Options): Promise<void> {
  const region = regionOf(options, process.env, ENVIRONMENTS_FOLDER);
  const place = defined({ region, maxAttempts: MAX_ATTEMPTS });
  const client = new DynamoDBClient(place);
  const lambda = new LambdaClient(place);
  const say = (line: string) => {
    console.log(visible(line));
  };
  try {
    const storeOf = await storesOf(client);
    const isStopped = () => isFunctionStopped(lambda, `vm-pool-${options.environment}`);
    await run(options, { client, clock: Date.now, sleep: (ms) => sleep(ms), say }, { storeOf, isStopped });
  } finally {
    client.destroy();
    lambda.destroy();
  }
}

/** Stores reach DynamoDB where the client does, with its credentials. */
async function storesOf({ config }: DynamoDBClient): Promise<Surroundings['storeOf']> {
  const [region, credentials] = await Promise.all([config.region(), config.credentials()]);
  const endpoint = process.env.AWS_ENDPOINT_URL_DYNAMODB ?? process.env.AWS_ENDPOINT_URL;
  return (tableName) => {
    return createDynamoStore({ tableName, eventsKeptDays: EVENTS_KEPT_DAYS, region, endpoint, credentials });
  };
}

/** A function that is not there, or that can't be asked about, counts as running. */
async function isFunctionStopped(lambda: LambdaClient, FunctionName: string): Promise<boolean> {
  const answer = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName })).catch(() => undefined);
  return answer?.ReservedConcurrentExecutions === 0;
}
