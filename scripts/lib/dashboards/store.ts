import * as units from '@grafana/grafana-foundation-sdk/units';
import type { Question } from './graph.ts';
import { CHOSEN, perMinute } from './graph.ts';

/** Whether the table of leases keeps up. */
export const store: Question = {
  question: 'Is the store well?',
  graphs: [
    {
      title: 'Retries and conflicts a minute',
      description:
        'Only with a table. Retries: DynamoDB throttled a request or did not answer in time. Conflicts: two calls changed one VM or user at the same moment, and one of them tried again. Some are normal under load. Many retries: look at the alarms table-throttles and table-system-errors.',
      unit: units.CountsPerMinute,
      prometheus: ['retries', 'conflicts'].map((what) => ({
        expr: `60 * sum(rate(vm_pool_store_${what}_total${CHOSEN}[$__rate_interval]))`,
        legend: what,
      })),
      cloudwatch: [perMinute('retries', 'StoreRetries'), perMinute('conflicts', 'StoreConflicts')],
    },
    {
      title: 'Age of the process',
      description:
        'Counters start at 0 with a process. On AWS each scrape reaches one process of several, so the line jumps; on one server a drop is a restart.',
      unit: units.Seconds,
      prometheus: [
        { expr: `time() - max by (instance) (vm_pool_process_start_time_seconds${CHOSEN})`, legend: '{{instance}}' },
      ],
    },
  ],
};
