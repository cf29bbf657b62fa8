import { expect, it } from '@jest/globals';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import type { RunningEnvironment } from './environment.ts';

/** The parameter with the token of the metrics, among those that deployers let functions read. */
export const METRICS_TOKEN_PARAMETER = '/lab/metrics-token';

const TOKEN = 'token-of-the-metrics-in-ssm';

/** Puts the token of the metrics where an environment with {@link METRICS_TOKEN_PARAMETER} finds it. */
export async function storeMetricsToken(aws: EmulatedAws): Promise<void> {
  const parameter = { Name: METRICS_TOKEN_PARAMETER, Type: 'SecureString', Value: TOKEN };
  await aws.act('ssm', 'AmazonSSM.PutParameter', parameter);
}

/** Prometheus reads the metrics of an environment with a token in SSM, which asks all others to sign. */
export function scrapeStories(running: () => RunningEnvironment): void {
  const get = (path: string, authorization?: string) =>
    fetch(`${running().served.url}${path}`, { headers: authorization === undefined ? {} : { authorization } });

  it('are for those who send the token', async () => {
    const answer = await get('/metrics', `Bearer ${TOKEN}`);
    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
    });
    expect(await answer.text()).toMatch(/^vm_pool_vms\{pool="[\w-]+",state="free"\} \d+$/m);
  });

  it.each([undefined, 'Bearer another-token-of-the-metrics'])('get 401 of the function with %s', async (shown) => {
    const answer = await get('/metrics', shown);
    expect({ status: answer.status, body: (await answer.json()) as unknown }).toMatchObject({
      status: 401,
      body: { code: 'unauthorized' },
    });
  });

  it('are all that the token opens', async () => {
    const answer = await get('/vms', `Bearer ${TOKEN}`);
    expect({ status: answer.status, body: (await answer.json()) as unknown }).toEqual({
      status: 403,
      body: { message: 'Forbidden' },
    });
  });

  it('leave no token in the log', () => {
    const log = running().deployed.lambda.logLines.join('\n');
    expect(log).toContain('GET /metrics');
    expect(log).not.toContain(TOKEN);
  });
}
