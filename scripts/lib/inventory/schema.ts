import { toJsonSchema } from '@valibot/to-json-schema';
import { inventoryDocument } from '../../../lambda/providers/inventory/document.ts';

/**
 * The JSON Schema of an inventory, for editors. It is derived from what the service reads by. JSON Schema can't express
 * the rules between fields, or what the bytes of a host key must be; `scripts/inventory-check` knows them too.
 */
export function inventorySchema(): object {
  const schema = toJsonSchema(inventoryDocument, {
    target: 'draft-07',
    typeMode: 'input',
    ignoreActions: ['check'],
    // valibot's own translation is a puzzle for editors: "must not be valid against {}".
    overrideSchema: ({ valibotSchema: { type }, jsonSchema }) =>
      type === 'object_with_rest' ? { ...jsonSchema, additionalProperties: false } : undefined,
  });
  return { title: 'Inventory of vm-pool', ...schema };
}
