import * as units from '@grafana/grafana-foundation-sdk/units';
import type { Question } from './graph.ts';
import { CHOSEN, CHOSEN_POOLS, perMinute, ratePerMinute } from './graph.ts';

const DAY_SECONDS = 86_400;

const LENT = 'sum by (pool) (vm_pool_vms{instance=~"$instance", pool=~"$pool", state="leased"})';

const LENGTHS = inADay('vm_pool_lease_seconds_total');

/** How much the VMs are worth. */
export const used: Question = {
  question: 'How are machines used?',
  graphs: [
    {
      title: 'Utilisation',
      description:
        'Leased VMs divided by all VMs of the pool. Near 100 % for hours: add VMs or shorten lease_default_minutes. Low for weeks: the pool is too large.',
      unit: units.PercentUnit,
      prometheus: [{ expr: `${LENT} / sum by (pool) (vm_pool_vms${CHOSEN_POOLS})`, legend: '{{pool}}' }],
      cloudwatch: [
        {
          label: '$pool',
          of: Object.fromEntries(
            ['Free', 'Leased', 'Checking', 'Quarantined', 'Drained'].map((state) => [
              state.toLowerCase(),
              { metric: `Vms${state}`, statistic: 'Average', ofPool: true },
            ]),
          ),
          math: 'leased / (free + leased + checking + quarantined + drained)',
        },
      ],
    },
    {
      title: 'Lease hours of a day',
      description:
        'Length of all leases that ended in 24 hours. Divided by the number of VMs it says how many hours of a day each is lent.',
      unit: units.Hours,
      prometheus: [{ expr: `${LENGTHS} / 3600`, legend: '{{pool}}' }],
      cloudwatch: [
        {
          label: 'all pools',
          of: { leaseSeconds: { metric: 'LeaseSeconds', statistic: 'Sum' } },
          math: 'leaseSeconds / 3600',
          periodSeconds: DAY_SECONDS,
        },
      ],
    },
    {
      title: 'Mean length of a lease',
      description:
        'Of leases that ended in 24 hours. Near lease_default_minutes: people do not give VMs back, so shorten it and let those who need longer renew.',
      unit: units.Seconds,
      prometheus: [
        {
          expr: `${LENGTHS} / (${inADay('vm_pool_releases_total')} + ${inADay('vm_pool_expiries_total')})`,
          legend: '{{pool}}',
        },
      ],
      cloudwatch: [
        {
          label: 'all pools',
          of: {
            leaseSeconds: { metric: 'LeaseSeconds', statistic: 'Sum' },
            releases: { metric: 'Releases', statistic: 'Sum' },
            expiries: { metric: 'Expiries', statistic: 'Sum' },
          },
          math: 'leaseSeconds / (FILL(releases, 0) + FILL(expiries, 0))',
          periodSeconds: DAY_SECONDS,
        },
      ],
    },
    {
      title: 'Ends and renewals a minute',
      description:
        'released: by the holder or an operator. expired: nobody gave the VM back, so the reaper took it. Many expired: remind people of releasevm, or shorten leases.',
      unit: units.CountsPerMinute,
      prometheus: [
        { expr: ratePerMinute('vm_pool_releases_total', 'pool', CHOSEN_POOLS), legend: 'released of {{pool}}' },
        { expr: ratePerMinute('vm_pool_expiries_total', 'pool', CHOSEN_POOLS), legend: 'expired of {{pool}}' },
        { expr: `60 * sum(rate(vm_pool_renewals_total${CHOSEN}[$__rate_interval]))`, legend: 'renewed' },
      ],
      cloudwatch: [
        perMinute('released', 'Releases'),
        perMinute('expired', 'Expiries'),
        perMinute('renewed', 'Renewals'),
      ],
    },
    {
      title: 'Login credentials a minute',
      description:
        'Certificates or keys that holders got, with getvm, connectvm and GET /lease. Far more than grants: a client asks in a loop.',
      unit: units.CountsPerMinute,
      prometheus: [{ expr: ratePerMinute('vm_pool_login_credentials_total', 'access'), legend: '{{access}}' }],
      cloudwatch: [perMinute('all kinds', 'LoginCredentials')],
    },
  ],
};

function inADay(name: string): string {
  return `sum by (pool) (increase(${name}${CHOSEN_POOLS}[1d]))`;
}
