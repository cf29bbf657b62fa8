/**
 * Puts together what admits scrapers by a token of their own. The service loads it only where its settings name one.
 */
import type { Identify } from './http/identity/caller.ts';
import { scrapers } from './http/identity/scraper.ts';
import type { Clock } from './pool/ports.ts';
import type { TokenSettings } from './settings-types.ts';
import type { TokenCheck } from './telemetry/metrics-token.ts';

/** Who makes a request: for the metrics the one who shows their token, else the one whom `callerOf` names. */
export function withScrapers(callerOf: Identify, token: TokenSettings, clock: Clock): Identify {
  // Loaded for the first token that is shown.
  let check: Promise<TokenCheck> | undefined;
  const load = async () => (await import('./telemetry/metrics-token.ts')).tokenCheck(token, clock);
  return scrapers(callerOf, async (shown) => (await (check ??= load()))(shown));
}
