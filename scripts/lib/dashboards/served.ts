import * as units from '@grafana/grafana-foundation-sdk/units';
import type { Question } from './graph.ts';
import { CHOSEN, CHOSEN_POOLS, metric, perMinute, ratePerMinute } from './graph.ts';

const GRANTED = `sum(increase(vm_pool_grants_total${CHOSEN}[1h]))`;
const NONE_FREE = `(sum(increase(vm_pool_refusals_total{instance=~"$instance", code="pool_empty"}[1h])) or vector(0))`;

/** Whether those who ask for a VM get one, and how fast. */
export const served: Question = {
  question: 'Are people served?',
  graphs: [
    {
      title: 'Wishes served in the last hour',
      description:
        'Grants divided by grants and refusals for want of a free VM. 100 % is what people expect. Below it a pool runs dry: see "VMs by state" whether they are lent out (add VMs or shorten leases), quarantined (repair them) or drained.',
      unit: units.PercentUnit,
      prometheus: [{ expr: `${GRANTED} / (${GRANTED} + ${NONE_FREE})`, legend: 'served' }],
      cloudwatch: [
        {
          label: 'served',
          of: {
            granted: { metric: 'Grants', statistic: 'Sum' },
            noneFree: { metric: 'EmptyPools', statistic: 'Sum' },
          },
          math: 'granted / (granted + noneFree)',
          periodSeconds: 3600,
        },
      ],
    },
    {
      title: 'Free VMs',
      description:
        'VMs that the next caller can have. At 0 callers get 503 with the code pool_empty. See "VMs by state" where the others are.',
      unit: units.Short,
      prometheus: [
        {
          expr: 'sum by (pool) (vm_pool_vms{instance=~"$instance", pool=~"$pool", state="free"})',
          legend: '{{pool}}',
        },
      ],
      cloudwatch: [metric('$pool', 'VmsFree', 'Minimum', { ofPool: true })],
    },
    {
      title: 'Grants and refusals a minute',
      description:
        'Answers to getvm. pool_empty: no VM was free. already_allocated: the user holds a VM. store_unavailable and access_unavailable are faults: read the log with npm run logs -- --env NAME --errors.',
      unit: units.CountsPerMinute,
      prometheus: [
        { expr: ratePerMinute('vm_pool_grants_total', 'pool', CHOSEN_POOLS), legend: 'granted of {{pool}}' },
        { expr: ratePerMinute('vm_pool_refusals_total', 'code'), legend: '{{code}}' },
      ],
      cloudwatch: [
        perMinute('granted', 'Grants'),
        perMinute('refused', 'Refusals'),
        perMinute('refused: none free', 'EmptyPools'),
      ],
    },
    {
      title: 'Requests a minute by status',
      description:
        '503 is an empty pool (see above) or a store that did not answer. Any other 5xx is a fault: npm run logs -- --env NAME --errors shows its cause. Many 4xx: one caller is wrong; the log names the field.',
      unit: units.CountsPerMinute,
      draws: 'stack',
      prometheus: [{ expr: ratePerMinute('vm_pool_request_duration_seconds_count', 'status'), legend: '{{status}}' }],
      cloudwatch: ['2xx', '4xx', '5xx'].map((status) => perMinute(status, `RequestSeconds${status}`, 'SampleCount')),
    },
    ...[0.5, 0.95].map((share) => ({
      title: `Time of requests, p${share * 100}`,
      description:
        'Time that the function takes; on AWS, API Gateway and cold starts come on top. Slow getvm and connectvm: the store or the signing key is slow. Slow releasevm: the check of the VM is part of it, see "Time of checks".',
      unit: units.Seconds,
      prometheus: [
        {
          expr: `histogram_quantile(${share}, sum by (route, le) (rate(vm_pool_request_duration_seconds_bucket${CHOSEN}[$__rate_interval])))`,
          legend: '{{route}}',
        },
      ],
      cloudwatch: ['2xx', '4xx', '5xx'].map((status) => metric(status, `RequestSeconds${status}`, `p${share * 100}`)),
    })),
  ],
};
