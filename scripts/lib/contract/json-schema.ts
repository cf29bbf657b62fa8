import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';

/** A JSON Schema of the dialect of OpenAPI 3.1. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * A schema of valibot as JSON Schema. A whole number is one, though forms can only send its digits; what JSON Schema
 * can't express (trimming, the bytes of a public key) stays with the function.
 */
export function jsonSchema(schema: v.GenericSchema): JsonSchema {
  const body = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'output',
    ignoreActions: ['check', 'trim', 'readonly'],
  });
  delete body.$schema;
  if (body.maximum === Number.MAX_SAFE_INTEGER) delete body.maximum;
  return { ...body };
}

/** An object with these members. */
export function objectSchema(entries: v.ObjectEntries): JsonSchema {
  return jsonSchema(v.object(entries));
}

/** What a parameter must be, as the function's refusal says it. */
export function ruleOf(schema: v.ObjectEntries[string]): string {
  const { wrapped = schema } = schema as { wrapped?: v.ObjectEntries[string] };
  const { pipe = [] } = wrapped as { pipe?: readonly { message?: unknown }[] };
  return pipe.map(({ message }) => message).find((message) => typeof message === 'string') ?? '';
}

/** Whether a parameter may be left out. */
export function isOptional(schema: v.ObjectEntries[string]): boolean {
  return schema.type === 'optional';
}
