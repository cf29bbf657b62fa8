import { asObject } from '../../api-client/client.ts';
import type { Account } from '../account.ts';
import { apiOf, listed } from '../deployed-api.ts';
import type { Probe } from '../probe.ts';
import { judged } from '../probe.ts';

const MINUTES_MS = 60_000;

/** Probes of the scheduled tick and of the version that serves. */
export const UPKEEP: readonly Probe[] = [
  {
    id: 'schedule',
    question: 'Does EventBridge Scheduler invoke the function? The emulation keeps a schedule, but nothing fires.',
    sources: ['https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html'],
    how: 'find the line of a tick in the log of the last 3 minutes, or of the next 3',
    expected: 'the schedule is ENABLED, and a tick is in the log',
    run: async (account) => {
      const { State } = await scheduleOf(account);
      const sinceMs = account.parts.clock() - 3 * MINUTES_MS;
      const tick = await account.eventually(3 * MINUTES_MS, () => tickSince(account, sinceMs));
      return judged(State === 'ENABLED' && tick !== undefined, `${String(State)}, ${tick ?? 'no tick'}`);
    },
  },
  {
    id: 'alias',
    question: 'Do the API and the schedule call the alias that a rollback moves?',
    sources: ['https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html'],
    how: "read the API's integration and the schedule's target",
    expected: 'both end with :live',
    run: async (account) => {
      const { ApiId } = await apiOf(account);
      const { Items } = await account.aws('apigatewayv2', 'get-integrations', '--api-id', ApiId);
      const uris = listed(Items).map(({ IntegrationUri }) => String(IntegrationUri).replace(/[/]invocations$/, ''));
      const targets = [...uris, String(asObject((await scheduleOf(account)).Target).Arn)];
      const called = targets.map((target) => target.split(':function:').at(-1) ?? target);
      return judged(uris.length > 0 && called.every((name) => name.endsWith(':live')), called.join(' and '));
    },
  },
];

function scheduleOf(account: Account) {
  const { functionName } = account.parts.outputs;
  return account.aws('scheduler', 'get-schedule', '--group-name', functionName, '--name', 'tick');
}

/** @returns when the tick ran */
async function tickSince(account: Account, sinceMs: number): Promise<string | undefined> {
  const { logGroup } = account.parts.outputs;
  const { events } = await account.aws(
    ...['logs', 'filter-log-events', '--log-group-name', logGroup, '--start-time', String(sinceMs)],
    ...['--filter-pattern', '{ $.message = "tick" }', '--max-items', '1'],
  );
  const [event] = listed(events);
  return event === undefined ? undefined : `a tick at ${new Date(Number(event.timestamp)).toISOString()}`;
}
