/**
 * Makes each alarm fire once, from the log lines that the service writes when that happens and from the metrics that
 * AWS would measure, and lets none fire while all is well. The alarms are those that Terraform plans.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { defaultThresholds } from '../support/cloudwatch/default-thresholds.ts';
import { statesAfter } from '../support/cloudwatch/evaluate.ts';
import type { PlannedWatch } from '../support/cloudwatch/planned-watch.ts';
import { planWatch, WATCHED } from '../support/cloudwatch/planned-watch.ts';
import { WatchedService } from '../support/cloudwatch/watched-service.ts';

const FIRST_MINUTES = 10;
/** Long enough for every window of an alarm but the hour of quarantines. */
const HEALTHY_MINUTES = 30;
const PLAN_MS = 120_000;

/** Something that goes wrong, and the alarms that it raises beside that of the environment. */
interface Situation {
  readonly happens: string;
  readonly raises: readonly string[];
  readonly minutes: number;
  /** Called once before it begins. */
  readonly begin?: (service: WatchedService) => Promise<void> | void;
  /** What happens in each minute; by default the same as in a healthy one. */
  readonly minute?: (service: WatchedService) => Promise<void> | void;
}

const VISITOR = { FunctionName: WATCHED.visitor.function_name };

const SITUATIONS: readonly Situation[] = [
  {
    happens: 'an invocation crashes',
    raises: ['function-errors'],
    minutes: 10,
    begin: (service) => {
      service.measure('AWS/Lambda', 'Errors', 1);
    },
  },
  {
    happens: 'Lambda throttles calls for ten minutes',
    raises: ['throttles'],
    minutes: 10,
    minute: async (service) => {
      await service.healthyMinute();
      for (let call = 0; call < 10; call++) {
        service.measure('AWS/Lambda', 'Throttles', 1);
        service.measure('AWS/ApiGateway', '5xx', 1);
      }
    },
  },
  {
    happens: 'the store fails, so that calls are answered 500',
    raises: ['5xx'],
    minutes: 5,
    begin: ({ store }) => {
      store.acquire = () => Promise.reject(new Error('no store'));
    },
  },
  {
    happens: 'API Gateway takes five seconds to answer',
    raises: ['p99-latency'],
    minutes: 15,
    begin: (service) => {
      service.latencyMs = 5_000;
    },
  },
  {
    happens: 'users hold every VM, and others ask for one',
    raises: ['empty-pool-default'],
    minutes: 18,
    begin: async (service) => {
      for (const userid of ['bob', 'carol', 'dave']) await service.call('POST /getvm', { userid });
    },
  },
  {
    happens: 'the schedule stops',
    raises: ['empty-pool-default', 'overdue-leases'],
    minutes: 20,
    minute: () => undefined,
  },
  {
    happens: 'a VM whose lease has ended cannot be taken back',
    raises: ['overdue-leases'],
    minutes: 8,
    begin: async (service) => {
      await service.call('POST /getvm', { userid: 'bob', minutes: 1 });
      await failFor(service, 'bob');
    },
  },
  {
    happens: 'the check of a VM cannot be written',
    raises: ['late-checks'],
    minutes: 19,
    begin: async (service) => {
      await service.call('POST /getvm', { userid: 'bob' });
      await failFor(service, 'bob');
      await service.call('POST /releasevm', { userid: 'bob' });
    },
  },
  {
    happens: 'a VM fails its checks until it is quarantined',
    raises: ['quarantines'],
    minutes: 5,
    begin: async (service) => {
      service.provider.failing.add('vm-01');
      await service.call('POST /getvm', { userid: 'bob' });
      await service.call('POST /releasevm', { userid: 'bob' });
    },
  },
  {
    happens: 'the inventory is broken',
    raises: ['inventory-faults'],
    minutes: 18,
    begin: ({ provider }) => {
      provider.facts = { fault: new Error('no JSON') };
    },
  },
  {
    happens: 'a visit runs out of time',
    raises: ['visitor-errors'],
    minutes: 10,
    begin: (service) => {
      service.measure('AWS/Lambda', 'Errors', 1, VISITOR);
    },
  },
  {
    happens: 'an index of the table is throttled',
    raises: ['table-throttles'],
    minutes: 10,
    minute: async (service) => {
      await service.healthyMinute();
      service.measure('AWS/DynamoDB', 'WriteThrottleEvents', 6, { GlobalSecondaryIndexName: 'work' });
    },
  },
  {
    happens: 'DynamoDB fails inside',
    raises: ['table-system-errors'],
    minutes: 10,
    minute: async (service) => {
      await service.healthyMinute();
      service.measure('AWS/DynamoDB', 'SystemErrors', 2, { Operation: 'TransactWriteItems' });
    },
  },
];

let watch: PlannedWatch;

beforeAll(async () => {
  watch = await planWatch(defaultThresholds());
}, PLAN_MS);

describe('the alarms', () => {
  it('are all quiet while all is well', async () => {
    expect(await alarmsAfter()).toEqual([]);
  });

  it.each(SITUATIONS)('fire when $happens: $raises', async (situation) => {
    expect(await alarmsAfter(situation)).toEqual([WATCHED.name, ...situation.raises.map(fullName)].sort());
  });

  it('have a situation each in which they fire', () => {
    const raised = SITUATIONS.flatMap(({ raises }) => raises.map(fullName));
    expect(watch.alarms.map(({ name }) => name).filter((name) => !raised.includes(name))).toEqual([]);
  });

  it('stay on while the fault comes and goes, and end afterwards', async () => {
    const service = await healthyService();
    await service.live(40, async () => {
      await service.healthyMinute();
      if (service.clock.nowSec % 720 < 60) service.measure('AWS/Lambda', 'Errors', 1);
    });
    expect(alarmsOf(service)).toEqual([WATCHED.name, fullName('function-errors')]);
    await service.live(20, service.healthyMinute);
    expect(alarmsOf(service)).toEqual([]);
  });
});

async function healthyService(): Promise<WatchedService> {
  const service = new WatchedService();
  await service.start();
  await service.live(HEALTHY_MINUTES, service.healthyMinute);
  return service;
}

/** Names of the alarms in ALARM after a healthy time and, if there is one, the situation. */
async function alarmsAfter(situation: Partial<Situation> = {}): Promise<string[]> {
  const service = await healthyService();
  const { minutes = 0, begin, minute = healthyMinute } = situation;
  await begin?.(service);
  await service.live(minutes, () => minute(service));
  return alarmsOf(service);
}

function healthyMinute(service: WatchedService): Promise<void> {
  return service.healthyMinute();
}

function alarmsOf({ samples, startSec, clock }: WatchedService): string[] {
  // Before its first minutes an environment has no figures, and alarms that expect some fire.
  const states = statesAfter(watch, samples, startSec + FIRST_MINUTES * 60, clock.nowSec);
  return [...states].flatMap(([name, state]) => (state === 'ALARM' ? [name] : [])).sort();
}

/** The store takes no more changes of the VM that a user holds. */
async function failFor({ store, clock }: WatchedService, userId: string): Promise<void> {
  const mine = (await store.find(userId, clock.nowSec))?.vm.id;
  const change = store.change.bind(store);
  store.change = (before, ...rest) =>
    before.vm.id === mine ? Promise.reject(new Error('no')) : change(before, ...rest);
}

function fullName(alarm: string): string {
  return `${WATCHED.name}-${alarm}`;
}
