import { CALLS } from '../../../lambda/http/calls.ts';
import { metrics } from '../../../lambda/http/calls/metrics.ts';
import type { Authorizer } from '../gateway/authorizer.ts';

/**
 * Puts an authorizer before the calls of borrowers and operators, as Terraform does. `$default` and the calls for
 * everybody stay open.
 *
 * @param hasMetricsToken - whether a token of its own opens `GET /metrics`, which the function then checks
 * @returns authorizers by route key
 */
export function guarded(authorizer: Authorizer, hasMetricsToken: boolean): ReadonlyMap<string, Authorizer> {
  const calls = CALLS.filter(({ audience }) => audience !== 'everybody');
  const routes = calls.map(({ route }) => route).filter((route) => !hasMetricsToken || route !== metrics.route);
  return new Map(routes.map((route) => [route, authorizer]));
}
