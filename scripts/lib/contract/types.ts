import openapiTS, { astToString } from 'openapi-typescript';

/** Declarations that openapi-typescript writes for every document, and that nobody needs here. */
const UNUSED = /^export type (webhooks|\$defs) = .*\n/gm;

/**
 * The contract as TypeScript types: `paths`, `components` and `operations`.
 *
 * @param openApi - the OpenAPI document as JSON
 */
export async function contractTypes(openApi: string): Promise<string> {
  const types = astToString(await openapiTS(openApi));
  return `// Written by scripts/contract from lambda/openapi.json.\n${types.replace(UNUSED, '')}`;
}
