import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PrometheusMetric } from '../../../lambda/telemetry/prometheus.ts';
import { metricsPage, prefersOpenMetrics } from '../../../lambda/telemetry/prometheus.ts';

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const PLAIN_TEXT = 'text/plain; version=0.0.4; charset=utf-8';

/** What Prometheus 2.53 sends. */
const PROMETHEUS =
  'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,' +
  'text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

const METRICS: readonly PrometheusMetric[] = [
  { name: 'grants', kind: 'counter', help: 'VMs that were lent.', series: [{ labels: { pool: 'default' }, value: 3 }] },
  { name: 'overdue', kind: 'gauge', help: 'Overdue leases.', series: [{ labels: {}, value: 0 }] },
  {
    name: 'request_seconds',
    kind: 'histogram',
    help: 'Requests.',
    series: [
      { labels: { route: 'GET /pool' }, value: 2.5, buckets: { bounds: [0.5, 1], counts: [1, 0, 2] } },
      { labels: { route: 'GET /vms' }, value: 0.25, buckets: { bounds: [0.5, 1], counts: [1, 0, 0] } },
    ],
  },
];

const BUCKETS = `request_seconds_bucket{route="GET /pool",le="0.5"} 1
request_seconds_bucket{route="GET /pool",le="1.0"} 1
request_seconds_bucket{route="GET /pool",le="+Inf"} 3
request_seconds_sum{route="GET /pool"} 2.5
request_seconds_count{route="GET /pool"} 3
request_seconds_bucket{route="GET /vms",le="0.5"} 1
request_seconds_bucket{route="GET /vms",le="1.0"} 1
request_seconds_bucket{route="GET /vms",le="+Inf"} 1
request_seconds_sum{route="GET /vms"} 0.25
request_seconds_count{route="GET /vms"} 1
`;

describe('metricsPage', () => {
  it('writes the text format 0.0.4', async () => {
    expect(await metricsPage(METRICS, undefined)).toEqual({
      type: PLAIN_TEXT,
      text: `# HELP grants_total VMs that were lent.
# TYPE grants_total counter
grants_total{pool="default"} 3

# HELP overdue Overdue leases.
# TYPE overdue gauge
overdue 0

# HELP request_seconds Requests.
# TYPE request_seconds histogram
${BUCKETS}`,
    });
  });

  it('writes OpenMetrics 1.0: counters are named without _total, and the end is marked', async () => {
    expect(await metricsPage(METRICS, PROMETHEUS)).toEqual({
      type: OPEN_METRICS,
      text: `# HELP grants VMs that were lent.
# TYPE grants counter
grants_total{pool="default"} 3
# HELP overdue Overdue leases.
# TYPE overdue gauge
overdue 0
# HELP request_seconds Requests.
# TYPE request_seconds histogram
${BUCKETS}# EOF
`,
    });
  });

  it.each([undefined, PROMETHEUS])('keeps every label value and help text whole (accept: %s)', async (accept) => {
    const text = fc.string({ unit: 'grapheme' });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(text, { minLength: 1, maxLength: 5 }), text, async (pools, help) => {
        const series = pools.map((pool, value) => ({ labels: { pool, state: 'free' }, value }));
        const page = (await metricsPage([{ name: 'vms', kind: 'gauge', help, series }], accept)).text;
        const lines = page.split('\n').filter((line) => line !== '' && line !== '# EOF');
        expect(unescaped(/^# HELP vms (.*)$/s.exec(lines[0] ?? '')?.[1])).toBe(help);
        expect(
          lines.slice(2).map((line) => unescaped(/^vms\{pool="(.*)",state="free"\} \d$/s.exec(line)?.[1])),
        ).toEqual(pools);
      }),
    );
  });

  it('counts in each bucket all that is smaller too, and in the last one everything', async () => {
    const counts = fc.array(fc.nat(1_000), { minLength: 2, maxLength: 13 });
    await fc.assert(
      fc.asyncProperty(counts, async (each) => {
        const bounds = each.slice(1).map((_, at) => (at + 1) / 4);
        const series = [{ labels: {}, value: 1, buckets: { bounds, counts: each } }];
        const { text } = await metricsPage([{ name: 's', kind: 'histogram', help: '', series }], undefined);
        const samples = [...text.matchAll(/^s_bucket\{le="(.+)"\} (\d+)$/gm)].map(([, le, count]) => [
          le,
          Number(count),
        ]);
        const sums = each.map((_, at) => each.slice(0, at + 1).reduce((sum, count) => sum + count, 0));
        expect(samples.map(([, count]) => count)).toEqual(sums);
        expect(samples.map(([le]) => Number(String(le).replace('+Inf', 'Infinity')))).toEqual([...bounds, Infinity]);
        expect(text).toContain(`\ns_count ${String(sums.at(-1))}\n`);
      }),
    );
  });
});

/** The text behind the escapes of both formats. */
function unescaped(text: string | undefined): string | undefined {
  return text?.replace(/\\(.)/gs, (_, letter: string) => (letter === 'n' ? '\n' : letter));
}

describe('prefersOpenMetrics', () => {
  it.each([
    { rule: 'Prometheus asks for it', accept: PROMETHEUS, isOpen: true },
    { rule: 'it is asked for alone', accept: 'application/openmetrics-text', isOpen: true },
    { rule: 'it is wanted as much as plain text', accept: 'text/plain, Application/OpenMetrics-Text', isOpen: true },
    {
      rule: 'plain text is wanted more',
      accept: 'text/plain;q=0.9, application/openmetrics-text; q=0.5',
      isOpen: false,
    },
    { rule: 'it is refused', accept: 'application/openmetrics-text;q=0', isOpen: false },
    { rule: 'its weight is not a number', accept: 'application/openmetrics-text;q=.', isOpen: false },
    { rule: 'a browser asks', accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8', isOpen: false },
    { rule: 'anything is taken', accept: '*/*', isOpen: false },
    { rule: 'nothing is said', accept: undefined, isOpen: false },
  ])('is $isOpen where $rule', ({ accept, isOpen }) => {
    expect(prefersOpenMetrics(accept)).toBe(isOpen);
  });
});
