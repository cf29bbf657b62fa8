/**
 * The table of an environment is restored: `scripts/restore-table` and Terraform as the runbook says, on an emulated
 * AWS. The emulation keeps no past, so a restored table is as the old one was when the restore began.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import {
  CreateBackupCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { LambdaClient, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { zipSync } from 'fflate';
import type { Grant } from '../../lambda/pool/ports.ts';
import { MOCK_VMS } from '../../lambda/providers/mock.ts';
import type { DynamoStore } from '../../lambda/store/dynamodb/store.ts';
import { createDynamoStore } from '../../lambda/store/dynamodb/store.ts';
import { allItems } from '../support/dynamodb/database.ts';
import { EmulatedAws } from '../support/emulated-aws/server.ts';
import { tracked } from '../support/processes/child-processes.ts';
import type { TerraformCopy } from '../support/terraform.ts';
import { copyTerraform, runTerraform, terraformEnvironment } from '../support/terraform.ts';

jest.setTimeout(120_000);

const repository = fileURLToPath(new URL('../..', import.meta.url));
const OLD = 'vm-pool-dev';

let aws: EmulatedAws;
let copy: TerraformCopy;
let folder: string;
let client: DynamoDBClient;
let restored: string;
/** What the script printed when it was done. */
let printed: string[];

beforeAll(async () => {
  aws = await EmulatedAws.start();
  copy = copyTerraform();
  folder = path.join(copy.root, 'environments/dev');
  writeFileSync(copy.packageFile, zipSync({ 'index.js': new Uint8Array() }));
  writeFileSync(path.join(folder, 'state_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
  client = new DynamoDBClient(aws.clientConfig);
  configure({});
  await terraform('init');
  await terraform('apply', '-auto-approve');
  await storeOf(OLD).sync(MOCK_VMS, actOf('tick'));
});
afterAll(async () => {
  client.destroy();
  copy.remove();
  await aws.stop();
});

/** Settings of the module beside those of the repository's `main.tf`. */
function configure(settings: Record<string, unknown>): void {
  const all = { pool_store: 'dynamodb', table_deletion_protection: true, ...settings };
  writeFileSync(path.join(folder, 'settings_override.tf.json'), JSON.stringify({ module: { vm_pool: all } }));
}

async function terraform(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runTerraform(folder, args, terraformEnvironment(aws.variables));
  if (exitCode !== 0) throw new Error(`terraform ${args.join(' ')} ended with ${exitCode}\n${stdout}${stderr}`);
  return stdout;
}

function storeOf(tableName: string): DynamoStore {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const place = { region: 'us-east-1', endpoint: aws.endpoint, credentials };
  return createDynamoStore({ ...place, tableName, eventsKeptDays: 1, countsMaxAgeMs: 0 });
}

function actOf(who: string) {
  return { who, nowMs: Date.now(), requestId: 'test' };
}

async function borrow(tableName: string, userId: string): Promise<Grant> {
  const expiresAtSec = Math.floor(Date.now() / 1_000) + 3_600;
  return storeOf(tableName).acquire({
    userId,
    pool: 'default',
    leaseId: `lease-${userId}`,
    expiresAtSec,
    act: actOf(userId),
  });
}

async function statesIn(tableName: string) {
  const { items } = await storeOf(tableName).statuses({ limit: 10 });
  return Object.fromEntries(items.map(({ vm, state, lease }) => [vm.id, lease?.userId ?? state]));
}

async function restoreTable(...args: string[]) {
  const env = { ...process.env, ...aws.variables };
  const child = tracked(spawn(path.join(repository, 'scripts/restore-table'), ['dev', ...args], { env }));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { lines: stdout.trimEnd().split('\n'), stderr, exitCode };
}

/** How many invocations may run at once; 0 stops the service, as the runbook says. */
async function reserve(ReservedConcurrentExecutions: number): Promise<void> {
  const lambda = new LambdaClient(aws.clientConfig);
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: OLD, ReservedConcurrentExecutions }));
  lambda.destroy();
}

/** The lines that begin so, without their indentation. */
function linesFrom(lines: readonly string[], start: string, count: number): string[] {
  const first = lines.findIndex((line) => line.trim().startsWith(start));
  return lines.slice(first, first + count).map((line) => line.trim());
}

/** The restore began at that time; since then one lease has ended and one has begun. */
async function interruptedRestore(): Promise<string> {
  await borrow(OLD, 'alice');
  await borrow(OLD, 'bob');
  const RestoreDateTime = new Date(Math.floor(Date.now() / 1_000) * 1_000);
  const at = RestoreDateTime.toISOString();
  restored = `${OLD}-restored-${at.replace(/[.]\d+|[-:]/g, '').toLowerCase()}`;
  const tables = { SourceTableName: OLD, TargetTableName: restored };
  await client.send(new RestoreTableToPointInTimeCommand({ ...tables, RestoreDateTime }));
  await storeOf(OLD).release({ userId: 'bob', act: actOf('bob') });
  await borrow(OLD, 'carol');
  return at;
}

let at: string;

it('says what it would do, and does nothing', async () => {
  const { lines, exitCode } = await restoreTable('--to', new Date().toISOString());
  expect({ exitCode, last: lines.at(-1) }).toEqual({
    exitCode: 0,
    last: expect.stringMatching(/^would restore vm-pool-dev-restored-\w+, as of .*; nothing has changed/),
  });
  const { TableNames } = await client.send(new ListTablesCommand());
  expect(TableNames).toEqual([OLD]);
});

it('refuses a time before point-in-time recovery', async () => {
  expect(await restoreTable('--to', '2020-01-31', '--yes')).toMatchObject({
    exitCode: 1,
    stderr: 'restore-table: not to 2020-01-31T00:00:00Z\n',
  });
});

it('goes on with a restore, leaves the old table as it is, and lends nothing that somebody may use', async () => {
  at = await interruptedRestore();
  await reserve(0);
  const before = await allItems(client, OLD);
  const { lines, stderr, exitCode } = await restoreTable('--to', at, '--yes');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(await allItems(client, OLD)).toEqual(before);
  printed = lines;
  expect(lines).toEqual(
    expect.arrayContaining([
      'carried over: time to live by ttl, tags environment, managed-by, service',
      'leases that both tables know, and that go on: 1',
      'leases since the time of the restore, which are lost; tell these users to borrow again: 1',
      'leases that ended since, and end again: 1',
      'turned on: deletion protection, point-in-time recovery',
    ]),
  );
  expect(lines.join()).not.toContain('ATTENTION');
  const alice = (await storeOf(OLD).find('alice', 0))?.vm.id ?? '';
  const out = MOCK_VMS.map(({ id }) => [id, id === alice ? 'alice' : 'quarantined']);
  expect(await statesIn(restored)).toEqual(Object.fromEntries(out));
  await expect(borrow(restored, 'dave')).rejects.toMatchObject({ code: 'pool_empty' });
});

it('warns of a service that runs meanwhile', async () => {
  await reserve(1);
  const { lines, exitCode } = await restoreTable('--to', new Date().toISOString(), '--yes');
  expect(exitCode).toBe(0);
  expect(lines).toContainEqual(expect.stringMatching(/^ATTENTION: the service runs[.]/));
});

it('only compares once the restored table is complete', async () => {
  const before = await allItems(client, restored);
  const { lines, exitCode } = await restoreTable('--to', at, '--yes');
  expect({ exitCode, first: lines[0] }).toEqual({
    exitCode: 0,
    first: `${restored} is complete, and may be in use: this only compares`,
  });
  expect(await allItems(client, restored)).toEqual(before);
});

it('switches by the lines that it printed: Terraform imports the table, changes nothing of it, destroys nothing', async () => {
  const [tables = ''] = linesFrom(printed, 'restored_tables = ', 1);
  configure({ restored_tables: JSON.parse(tables.replace('restored_tables = ', '')) as unknown, max_concurrency: 0 });
  writeFileSync(path.join(folder, 'restored.tf'), linesFrom(printed, 'import {', 4).join('\n'));
  const plan = await terraform('plan', '-out=restored.tfplan');
  expect(plan).toMatch(/Plan: 1 to import, \d+ to add, \d+ to change, 0 to destroy/);
  const { resource_changes: changes } = JSON.parse(
    await terraform('show', '-json', 'restored.tfplan'),
  ) as PlannedChanges;
  const ofTables = changes.filter(({ type }) => type === 'aws_dynamodb_table');
  expect(ofTables.map(({ name, change }) => [name, change.actions])).toEqual([
    ['this', ['no-op']],
    ['this', ['no-op']],
  ]);
  await terraform('apply', 'restored.tfplan');
  expect(JSON.parse(await terraform('output', '-json', 'vm_pool'))).toMatchObject({ table_name: restored });
});

it('keeps the function stopped while its alias moves to the new table', async () => {
  const calls = await aws.calls();
  const applied = calls.slice(calls.findLastIndex(({ operation }) => operation === 'UpdateFunctionConfiguration'));
  const ofFunction = applied.filter(({ service, method }) => service === 'lambda' && method !== 'GET');
  expect(ofFunction.map(({ operation, parameters }) => [operation, parameters.ReservedConcurrentExecutions])).toEqual([
    ['UpdateFunctionConfiguration', undefined],
    ['PutFunctionConcurrency', 0],
    ['PublishVersion', undefined],
    ['UpdateAlias', undefined],
  ]);
});

it('has nothing else to change, and holders keep their leases', async () => {
  configure({ restored_tables: [restored] });
  expect(await terraform('plan')).toContain('No changes.');
  expect(await storeOf(restored).find('alice', 0)).toMatchObject({ lease: { id: 'lease-alice' } });
});

it('gets a deleted table back by its own name; an apply sets what the restore left out', async () => {
  const TableName = restored;
  const { BackupDetails } = await client.send(new CreateBackupCommand({ TableName, BackupName: 'last-moment' }));
  await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
  await client.send(new DeleteTableCommand({ TableName }));
  const backup = { TargetTableName: TableName, BackupArn: BackupDetails?.BackupArn };
  await client.send(new RestoreTableFromBackupCommand(backup));
  expect(await terraform('apply', '-auto-approve')).toContain('0 added, 1 changed, 0 destroyed');
  expect(await terraform('plan')).toContain('No changes.');
  expect(await storeOf(restored).find('alice', 0)).toMatchObject({ lease: { id: 'lease-alice' } });
});

interface PlannedChanges {
  readonly resource_changes: readonly {
    readonly type: string;
    readonly name: string;
    readonly change: { readonly actions: readonly string[] };
  }[];
}
