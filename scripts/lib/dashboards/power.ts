import * as units from '@grafana/grafana-foundation-sdk/units';
import type { Question } from './graph.ts';
import { CHOSEN_POOLS, metric } from './graph.ts';

const DAY_SECONDS = 86_400;

/** What it is worth to stop VMs that nobody needs; empty where none is stopped. */
export const power: Question = {
  question: 'What is saved by stopping machines?',
  graphs: [
    {
      title: 'Free VMs that run and that are stopped',
      description:
        'Running ones are lent at once, stopped ones have to start first. Never a running one while people borrow: raise minRunning, or let its schedule begin earlier. Many running all day: lower it, or idleMinutes.',
      unit: units.Short,
      draws: 'stack',
      prometheus: [
        { expr: `sum by (pool, power) (vm_pool_powered_vms${CHOSEN_POOLS})`, legend: '{{power}} of {{pool}}' },
      ],
      cloudwatch: [
        metric('running of $pool', 'FreeVmsRunning', 'Average', { ofPool: true }),
        metric('stopped of $pool', 'FreeVmsStopped', 'Average', { ofPool: true }),
      ],
    },
    {
      title: 'Hours saved of a day',
      description:
        'How long VMs were stopped in 24 hours, all together. AWS asks nothing for their time then, only for their volumes.',
      unit: units.Hours,
      prometheus: [
        {
          expr: `sum by (pool) (increase(vm_pool_stopped_seconds_total${CHOSEN_POOLS}[1d])) / 3600`,
          legend: '{{pool}}',
        },
      ],
      cloudwatch: [
        {
          label: 'all pools',
          of: { stoppedSeconds: { metric: 'StoppedSeconds', statistic: 'Sum' } },
          math: 'stoppedSeconds / 3600',
          periodSeconds: DAY_SECONDS,
        },
      ],
    },
  ],
};
