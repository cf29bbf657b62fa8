import type { Audience } from '../../../lambda/http/audience.ts';
import { CALLS } from '../../../lambda/http/calls.ts';
import type { Authorizer } from '../gateway/authorizer.ts';

/**
 * Puts an authorizer before the calls of some audiences, as Terraform does. `$default` and the calls for everybody stay
 * open.
 *
 * @returns authorizers by route key
 */
export function guarded(
  authorizer: Authorizer,
  audiences: readonly Audience[] = ['borrowers', 'operators'],
): ReadonlyMap<string, Authorizer> {
  const calls = CALLS.filter(({ audience }) => audiences.includes(audience));
  return new Map(calls.map(({ route }) => [route, authorizer]));
}
