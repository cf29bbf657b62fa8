import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DynamoDBClient, ListTablesCommand, ResourceInUseException } from '@aws-sdk/client-dynamodb';
import { toolsMissing } from '../dynamodb-local/install.ts';
import { DynamoDbLocal } from '../dynamodb-local/start.ts';
import { createTable } from '../dynamodb-local/table.ts';

const TABLE_NAME = 'vm-pool-local';

/** How long a DynamoDB Local that was there before has to show that it still is, milliseconds. */
const ANSWERS_WITHIN_MS = 1_000;

/** DynamoDB Local with the pool's table, in a file. */
export interface LocalTable {
  readonly database: DynamoDbLocal;
  /** Settings with which the function finds the table */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Starts DynamoDB Local on the file in a folder, and makes the table if the file is new.
 *
 * @param options - of this server, for {@link commandOnSameTable}; undefined if another one can't have them
 * @throws Error that says why it can't start, such as a server that has the file open
 */
export async function startLocalTable(folder: string, options: string | undefined): Promise<LocalTable> {
  const [missing] = toolsMissing();
  if (missing !== undefined) throw new Error(`${missing.name} is missing (${missing.install})`);
  await mkdir(folder, { recursive: true });
  await refuseSecond(folder, options);
  const database = await DynamoDbLocal.start({ folder });
  const variables = { STORE: 'dynamodb', TABLE_NAME, ...database.variables };
  await makeTable(new DynamoDBClient(database.clientConfig));
  await writeFile(noteIn(folder), JSON.stringify(variables));
  return { database, variables };
}

/** The command that starts another server on the same table. @param options - of `npm start`, none or ` -- --a b` */
export function commandOnSameTable(variables: Readonly<Record<string, string>>, options: string): string {
  const settings = Object.entries({ PORT: '3001', ...variables });
  return [...settings.map(([name, value]) => `${name}=${value}`), `npm start${options}`].join(' ');
}

/** Two DynamoDB Locals on one file would damage it. */
async function refuseSecond(folder: string, options: string | undefined): Promise<void> {
  const note = await readFile(noteIn(folder), 'utf8').catch(() => undefined);
  if (note === undefined) return;
  const variables = JSON.parse(note) as Record<string, string>;
  if (!(await answers(variables))) return;
  if (options === undefined) throw new Error(`a server has ${folder} open; stop it, or name another --table-folder`);
  const command = commandOnSameTable(variables, options);
  throw new Error(`a server has ${folder} open; start this one on its table:\n\n  ${command}\n`);
}

/** Whether the DynamoDB Local that a note names still runs; a stranger on its port does not know the table. */
async function answers({ AWS_ENDPOINT_URL_DYNAMODB = '', AWS_REGION = '' }: Record<string, string>): Promise<boolean> {
  const client = new DynamoDBClient({
    endpoint: AWS_ENDPOINT_URL_DYNAMODB,
    region: AWS_REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const abortSignal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
  const { TableNames = [] } = await client.send(new ListTablesCommand({}), { abortSignal }).catch(() => ({}) as never);
  client.destroy();
  return TableNames.includes(TABLE_NAME);
}

async function makeTable(client: DynamoDBClient): Promise<void> {
  await createTable(client, TABLE_NAME).catch((error: unknown) => {
    if (!(error instanceof ResourceInUseException)) throw error;
  });
  client.destroy();
}

/** Where the settings of the server that has the file open are noted. */
function noteIn(folder: string): string {
  return path.join(folder, 'server.json');
}
