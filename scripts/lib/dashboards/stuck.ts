import * as units from '@grafana/grafana-foundation-sdk/units';
import type { Question } from './graph.ts';
import { CHOSEN, CHOSEN_POOLS, metric, perMinute, ratePerMinute } from './graph.ts';

const STATES = ['free', 'leased', 'checking', 'quarantined', 'drained'];

const RESULTS = ['Passed', 'Failed', 'Waiting'];

/** Whether VMs come back into their pools. */
export const stuck: Question = {
  question: 'Is anything stuck?',
  graphs: [
    {
      title: 'VMs by state',
      description:
        'Where the VMs of the chosen pools are. checking for long: see "Checks and resets". quarantined: repair the VM, then POST /vms/{id}/return. drained: an operator took it out.',
      unit: units.Short,
      draws: 'stack',
      prometheus: [{ expr: `sum by (state) (vm_pool_vms${CHOSEN_POOLS})`, legend: '{{state}}' }],
      cloudwatch: STATES.map((state) =>
        metric(state, `Vms${state.charAt(0).toUpperCase()}${state.slice(1)}`, 'Average', { ofPool: true }),
      ),
    },
    {
      title: 'Overdue leases',
      description:
        'Leases that have ended and whose VMs the reaper has not taken back. More than 0 for minutes: the scheduled tick does not run or fails. Read npm run logs -- --env NAME --errors, and look at the schedule.',
      unit: units.Short,
      prometheus: [{ expr: `max by (instance) (vm_pool_leases_overdue${CHOSEN})`, legend: '{{instance}}' }],
      cloudwatch: [metric('overdue', 'LeasesOverdue', 'Maximum')],
    },
    {
      title: 'Oldest check that is due',
      description:
        "How long a VM has been waiting for its check. It grows when the tick can't keep up: checks that always run into check_timeout_seconds leave no time for others. Quarantine those VMs with POST /vms/{id}/quarantine.",
      unit: units.Seconds,
      prometheus: [{ expr: `max by (instance) (vm_pool_oldest_check_seconds${CHOSEN})`, legend: '{{instance}}' }],
      cloudwatch: [metric('oldest check', 'OldestCheckSeconds', 'Maximum')],
    },
    {
      title: 'Quarantined VMs',
      description:
        'VMs that failed their checks too often, and how many came in the last hour. GET /vms shows the reason of each. Repair it, then POST /vms/{id}/return.',
      unit: units.Short,
      prometheus: [
        {
          expr: 'sum by (pool) (vm_pool_vms{instance=~"$instance", pool=~"$pool", state="quarantined"})',
          legend: 'quarantined of {{pool}}',
        },
        {
          expr: `sum by (pool) (increase(vm_pool_quarantines_total${CHOSEN_POOLS}[1h]))`,
          legend: 'new in an hour, of {{pool}}',
        },
      ],
      cloudwatch: [
        metric('quarantined', 'VmsQuarantined', 'Maximum', { ofPool: true }),
        { ...metric('new in an hour, all pools', 'Quarantines', 'Sum'), periodSeconds: 3600 },
      ],
    },
    {
      title: 'Checks and resets a minute',
      description:
        'waiting: the VM has asked for more time, as after a reboot or until a certificate ends; that is normal. failed: GET /vms shows the reason. No checks although VMs come back: the tick does not run.',
      unit: units.CountsPerMinute,
      prometheus: [
        {
          expr: ratePerMinute('vm_pool_check_duration_seconds_count', 'kind, result'),
          legend: '{{kind}} {{result}}',
        },
      ],
      cloudwatch: ['Check', 'Reset'].flatMap((kind) =>
        RESULTS.map((result) => perMinute(`${kind} ${result}`.toLowerCase(), `${kind}Seconds${result}`, 'SampleCount')),
      ),
    },
    {
      title: 'Time of checks and resets, p95',
      description:
        'Near check_timeout_seconds, VMs or the network are slow: users wait for the next VM, and checks fail. A reset with a reboot takes longer than a check.',
      unit: units.Seconds,
      prometheus: [
        {
          expr: `histogram_quantile(0.95, sum by (kind, le) (rate(vm_pool_check_duration_seconds_bucket${CHOSEN}[$__rate_interval])))`,
          legend: '{{kind}}',
        },
      ],
      cloudwatch: ['Check', 'Reset'].flatMap((kind) =>
        RESULTS.map((result) => metric(`${kind} ${result}`.toLowerCase(), `${kind}Seconds${result}`, 'p95')),
      ),
    },
    {
      title: 'Inventory faults',
      description:
        "Only with VMs of your own. 1: the newest inventory can't be used and the last good one stays. npm run inventory:check FILE names its faults; npm run logs -- --env NAME --errors shows what the function says.",
      unit: units.Short,
      prometheus: [{ expr: `max by (instance) (vm_pool_inventory_faults${CHOSEN})`, legend: '{{instance}}' }],
      cloudwatch: [metric('faults', 'InventoryFaults', 'Maximum')],
    },
  ],
};
