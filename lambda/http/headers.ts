import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/**
 * The value of a header, whatever the case of its name. Most are absent or lower-case, so the search is cheap for
 * those.
 */
export function headerOf({ headers }: APIGatewayProxyEventV2, lowerCaseName: string): string | undefined {
  const direct = headers[lowerCaseName];
  if (direct !== undefined) return direct;
  for (const name in headers) {
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) return headers[name];
  }
  return undefined;
}
