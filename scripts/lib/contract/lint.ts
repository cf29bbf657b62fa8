import { createConfig, lintFromString } from '@redocly/openapi-core';

/** What Redocly's strict rules find in an OpenAPI document, one line each. It reads nothing but the text. */
export async function lintOpenApi(file: string, source: string): Promise<readonly string[]> {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const problems = await lintFromString({ source, absoluteRef: file, config });
  return problems.map(
    ({ ruleId, message, location }) => `${file} ${location[0]?.pointer ?? ''}: ${message} (${ruleId})`,
  );
}
