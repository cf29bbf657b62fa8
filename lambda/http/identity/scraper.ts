import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { metrics } from '../calls/metrics.ts';
import type { Facts } from '../facts.ts';
import { headerOf } from '../headers.ts';
import { Problem } from '../problem.ts';
import type { Identify } from './caller.ts';

/** Whether a token fits. @throws Error that says why nobody can know, without the token */
type TokenCheck = (shown: string) => Promise<boolean>;

/**
 * `METRICS_TOKEN`: who shows the token may read the metrics, and nothing else. The token stands in place of the
 * operators' authorization, so that Prometheus needs no AWS credentials.
 *
 * @returns a function that throws {@link Problem} `unauthorized` and `metrics_token_unavailable` too
 * @see https://www.rfc-editor.org/rfc/rfc6750
 */
export function scrapers(callerOf: Identify, fits: TokenCheck): Identify {
  return (event, audience, facts) =>
    event.routeKey === metrics.route ? admitScraper(event, facts, fits) : callerOf(event, audience, facts);
}

async function admitScraper(event: APIGatewayProxyEventV2, facts: Facts, fits: TokenCheck): Promise<undefined> {
  const shown = /^Bearer +(\S+) *$/i.exec(headerOf(event, 'authorization') ?? '')?.[1];
  if (shown === undefined)
    throw unauthorized(event, facts, 'send the token of the metrics: Authorization: Bearer TOKEN');
  const isRight = await fits(shown).catch((cause: unknown) => {
    throw unavailable(cause);
  });
  if (!isRight) throw unauthorized(event, facts, 'the token of the metrics is another one', ' error="invalid_token"');
}

function unauthorized(event: APIGatewayProxyEventV2, facts: Facts, detail: string, fault = ''): Problem {
  facts.sourceIp = event.requestContext.http.sourceIp;
  return new Problem('unauthorized', detail, { headers: { 'www-authenticate': `Bearer${fault}` } });
}

function unavailable(cause: unknown): Problem {
  const detail = "the token of the metrics can't be read now; the log says why";
  return new Problem('metrics_token_unavailable', detail, { headers: { 'retry-after': '5' }, cause });
}
