/** Calls in the OpenAPI document: one operation each. */
import type * as v from 'valibot';
import type { Call, Documentation, DocumentedCall } from '../../../lambda/http/call.ts';
import { fieldDocumentation } from './field-documentation.ts';
import type { JsonSchema } from './json-schema.ts';
import { isOptional, jsonSchema, objectSchema } from './json-schema.ts';
import { problemResponses } from './problems.ts';
import { refusalsOf } from './refusals-of.ts';

/** One of these is enough; which one, the deployment's `authorization` says. `{}` asks for nothing. */
const SECURITY = {
  everybody: [],
  borrowers: [{}, { sigv4: [] }, { jwt: [] }],
  operators: [{ sigv4: [] }, { jwt: [] }],
};

/** The operations by path and method. */
export function paths(calls: readonly DocumentedCall[]): Record<string, Record<string, unknown>> {
  const found: Record<string, Record<string, unknown>> = {};
  for (const documented of calls) {
    const { method, path } = partsOf(documented.call.route);
    found[path] = { ...found[path], [method.toLowerCase()]: operation(documented) };
  }
  return found;
}

function partsOf(route: string): { readonly method: string; readonly path: string } {
  const [method = '', path = ''] = route.split(' ');
  return { method, path };
}

function operation(documented: DocumentedCall): Record<string, unknown> {
  const { call, summary, path = {} } = documented;
  const hasBody = call.route.startsWith('POST ');
  return {
    operationId: operationIdOf(call.route),
    summary,
    tags: [call.audience],
    security: securityOf(documented),
    parameters: [
      ...parametersIn('path', path),
      ...parametersIn('query', call.parameters, !hasBody),
      ...parametersIn('header', call.headers),
    ],
    ...(hasBody && { requestBody: requestBody(call) }),
    responses: {
      200: {
        description: 'Done.',
        headers: { 'x-request-id': { $ref: '#/components/headers/RequestId' } },
        content: contentOf(documented),
      },
      ...problemResponses(refusalsOf(documented)),
    },
  };
}

function securityOf({ call, scheme }: DocumentedCall): readonly object[] {
  return [...SECURITY[call.audience], ...(scheme === undefined ? [] : [{ [scheme]: [] }])];
}

/** What the call answers, by media type. */
function contentOf(documented: DocumentedCall): Readonly<Record<string, object>> {
  if (documented.answer !== undefined) {
    return { 'application/json': { schema: objectSchema(documented.answer), ...examplesOf(documented) } };
  }
  const texts = Object.entries(documented.texts);
  return Object.fromEntries(texts.map(([type, example]) => [type, { schema: { type: 'string' }, example }]));
}

/** One example, or several by their names: a media type has either `example` or `examples`. */
function examplesOf({ example, otherExamples }: Documentation): object {
  if (otherExamples === undefined) return { example };
  const all = Object.entries({ usual: example, ...otherExamples });
  return { examples: Object.fromEntries(all.map(([name, value]) => [name, { value }])) };
}

/** The last name in the path, such as `getvm` or `drain`; the page at `/` has none. */
function operationIdOf(route: string): string {
  return /\/(\w+)[^/]*$/.exec(route)?.[1] ?? 'console';
}

/** @param mustBeHere - whether a required parameter can come nowhere else */
function parametersIn(place: 'path' | 'query' | 'header', entries: v.ObjectEntries, mustBeHere = true) {
  return Object.entries(entries).map(([name, schema]) => {
    const { meaning, example } = fieldDocumentation(name);
    return {
      name,
      in: place,
      description: mustBeHere ? meaning : `${meaning}; here or in the body`,
      required: mustBeHere && !isOptional(schema),
      schema: jsonSchema(schema),
      example,
    };
  });
}

function requestBody({ route, parameters }: Call) {
  const names = Object.keys(parameters);
  const content = {
    schema: { $ref: `#/components/schemas/${bodyNameOf(route)}` },
    example: Object.fromEntries(names.map((name) => [name, fieldDocumentation(name).example])),
  };
  return {
    description: 'The parameters that do not come in the query string.',
    content: { 'application/json': content, 'application/x-www-form-urlencoded': content },
  };
}

/** The schemas of all bodies, for `components`. */
export function bodySchemas(calls: readonly DocumentedCall[]): Record<string, JsonSchema> {
  const withBody = calls.map(({ call }) => call).filter(({ route }) => route.startsWith('POST '));
  return Object.fromEntries(withBody.map(({ route, parameters }) => [bodyNameOf(route), bodySchema(parameters)]));
}

function bodySchema(parameters: v.ObjectEntries): JsonSchema {
  const entries = Object.entries(parameters);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, schema]) => [name, property(name, schema)])),
    required: entries.filter(([, schema]) => !isOptional(schema)).map(([name]) => name),
    additionalProperties: false,
  };
}

/** `getvm` has the body `GetvmParameters`. */
function bodyNameOf(route: string): string {
  const id = operationIdOf(route);
  return `${id.slice(0, 1).toUpperCase()}${id.slice(1)}Parameters`;
}

function property(name: string, schema: v.ObjectEntries[string]): JsonSchema {
  return { description: fieldDocumentation(name).meaning, ...jsonSchema(schema) };
}
