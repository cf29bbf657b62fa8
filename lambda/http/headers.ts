import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** The value of a header, whatever the case of its name. */
export function headerOf(event: APIGatewayProxyEventV2, lowerCaseName: string): string | undefined {
  const direct = event.headers[lowerCaseName];
  if (direct !== undefined) return direct;
  return Object.entries(event.headers).find(([name]) => name.toLowerCase() === lowerCaseName)?.[1];
}
