/** Writes what is derived from calls, refusals and settings, see `scripts/contract`. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { inventorySchema } from '../inventory/schema.ts';
import { documentedCalls } from './documented-calls.ts';
import { lintOpenApi } from './lint.ts';
import { tablesIn, withTables } from './markers.ts';
import { openApiDocument } from './openapi.ts';
import { tablesOf } from './tables.ts';
import { contractTypes } from './types.ts';

const OPENAPI = 'lambda/openapi.json';
const TYPES = 'lambda/client/contract.ts';
const INVENTORY_SCHEMA = 'terraform/inventory.schema.json';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const isCheck = process.argv.includes('--check');

const calls = await documentedCalls();
const openApi = await formatted(OPENAPI, JSON.stringify(openApiDocument(calls)));
update(OPENAPI, openApi);
for (const fault of await lintOpenApi(OPENAPI, openApi)) fail(fault);
update(TYPES, await formatted(TYPES, await contractTypes(openApi)));
update(INVENTORY_SCHEMA, await formatted(INVENTORY_SCHEMA, JSON.stringify(inventorySchema())));

const tables = tablesOf(calls);
const written = new Set<string>();
for (const readme of readmes()) {
  const text = readFileSync(path.join(root, readme), 'utf8');
  for (const name of tablesIn(text)) written.add(name);
  update(readme, withTables(text, tables));
}
for (const name of Object.keys(tables)) if (!written.has(name)) fail(`no README has the table ${name}`);

/** The READMEs of the repository and of its folders. */
function readmes(): string[] {
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = ['README.md', ...folders.map(({ name }) => `${name}/README.md`)];
  return names.filter((name) => existsSync(path.join(root, name)));
}

async function formatted(name: string, text: string): Promise<string> {
  const file = path.join(root, name);
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}

function update(name: string, after: string): void {
  const file = path.join(root, name);
  if (readFileSync(file, 'utf8') === after) return;
  if (isCheck) {
    fail(`${name} is out of date; run scripts/contract`);
    return;
  }
  writeFileSync(file, after);
  console.log(`${name} brought up to date`);
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
