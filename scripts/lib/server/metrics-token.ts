import path from 'node:path';
import { readToken } from '../../../lambda/telemetry/metrics-token.ts';

/**
 * Finds the token that opens `GET /metrics`. npm starts scripts in the checkout, and says in INIT_CWD where the user is.
 *
 * @returns `METRICS_TOKEN` as the function needs it: an absolute path; undefined when operators alone may see metrics
 */
export function metricsTokenIn({
  METRICS_TOKEN: place,
  INIT_CWD: folder = '.',
}: Readonly<Record<string, string | undefined>>): string | undefined {
  if (!place) return undefined;
  return place.startsWith('ssm:') ? place : path.resolve(folder, place);
}

/**
 * Somebody who has just written the file wants to know what is wrong with it; the function itself would start. A
 * parameter is left to the function, which has the credentials.
 *
 * @throws Error that says what is wrong
 */
export async function refuseUnusableToken(place: string): Promise<void> {
  if (!place.startsWith('ssm:')) await readToken({ place, aws: undefined });
}
