/** The function and Terraform declare the table in two languages; both must declare the same. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from '@cdktn/hcl2json';
import { expect, it } from '@jest/globals';
import type { IndexSchema, TableSchema } from '../../lambda/store/dynamodb/schema.ts';
import { TABLE_SCHEMA } from '../../lambda/store/dynamodb/schema.ts';

/** The blocks and arguments of `aws_dynamodb_table` that make keys and indexes. */
interface Table {
  readonly hash_key: string;
  readonly range_key: string;
  readonly attribute: readonly { readonly name: string; readonly type: 'S' | 'N' }[];
  readonly global_secondary_index: readonly Index[];
  readonly ttl: readonly { readonly attribute_name: string }[];
}

interface Index {
  readonly name: string;
  readonly hash_key: string;
  readonly range_key: string;
  readonly projection_type: 'ALL' | 'INCLUDE' | 'KEYS_ONLY';
  readonly non_key_attributes?: readonly string[];
}

async function tableOfModule(): Promise<Table> {
  const file = fileURLToPath(new URL('../../terraform/modules/dynamodb/main.tf', import.meta.url));
  const { resource } = (await parse('main.tf', readFileSync(file, 'utf8'))) as {
    resource: { aws_dynamodb_table: { this: [Table] } };
  };
  return resource.aws_dynamodb_table.this[0];
}

function schemaOf(table: Table): TableSchema {
  return {
    hash: table.hash_key,
    range: table.range_key,
    indexes: Object.fromEntries(table.global_secondary_index.map((index) => [index.name, indexSchemaOf(index)])),
    keyTypes: Object.fromEntries(table.attribute.map(({ name, type }) => [name, type])),
    timeToLive: table.ttl[0]?.attribute_name ?? 'none',
  };
}

function indexSchemaOf({ hash_key: hash, range_key: range, projection_type, non_key_attributes }: Index): IndexSchema {
  return { hash, range, projected: projection_type === 'ALL' ? 'ALL' : (non_key_attributes ?? []) };
}

it("Terraform's table has the keys, indexes and time to live that the store declares", async () => {
  expect(schemaOf(await tableOfModule())).toEqual(TABLE_SCHEMA);
});
