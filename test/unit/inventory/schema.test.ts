import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { inventorySchema } from '../../../scripts/lib/inventory/schema.ts';
import { CERTIFICATE_POOL, inventoryText, vmEntry } from '../../support/providers/inventory.ts';

const terraform = new URL('../../../terraform/', import.meta.url);
const published = JSON.parse(readFileSync(new URL('inventory.schema.json', terraform), 'utf8')) as object;
const example = new URL('examples/static-inventory/vms.json', terraform);
const isInventory = new Ajv({ strict: true }).compile(published);

describe('the JSON Schema of the inventory', () => {
  it('is the one of the definition that the service reads by', () => {
    expect(published).toEqual(inventorySchema());
  });

  it('is the one that the example names, and accepts it', () => {
    const inventory = JSON.parse(readFileSync(example, 'utf8')) as { $schema: string };
    expect(new URL(inventory.$schema, example).href).toBe(new URL('inventory.schema.json', terraform).href);
    expect(isInventory(inventory)).toBe(true);
  });

  it('explains every field', () => {
    const fields = JSON.stringify(published).match(/"description":/g) ?? [];
    expect(fields.length).toBeGreaterThanOrEqual(20);
  });

  it.each([
    { what: 'nothing', inventory: {} },
    { what: 'an unknown field', inventory: parsed([vmEntry({ privateKey: 'x' })]) },
    { what: 'an unknown access', inventory: parsed([], { default: { ...CERTIFICATE_POOL, access: 'key' } }) },
    { what: 'a pool with a bad name', inventory: parsed([], { 'a b': CERTIFICATE_POOL }) },
    { what: 'a VM without host keys', inventory: parsed([vmEntry({ hostKeys: [] })]) },
    { what: 'a host key that is none', inventory: parsed([vmEntry({ hostKeys: ['AAAA'] })]) },
    { what: 'a port out of range', inventory: parsed([vmEntry({ port: 70_000 })]) },
    { what: 'a place that holds no key', inventory: parsed([vmEntry({ storedKey: '/lab/vm-01' })]) },
  ])('refuses $what', ({ inventory }) => {
    expect(isInventory(inventory)).toBe(false);
  });
});

function parsed(vms: readonly object[], pools?: object): unknown {
  return JSON.parse(inventoryText(vms, pools));
}
