import { describe, expect, it } from '@jest/globals';
import type { Query } from '../../../scripts/lib/logs/events.ts';
import type { Log } from '../../../scripts/lib/logs/groups.ts';
import { searchIn, traceOf } from '../../../scripts/lib/logs/trace.ts';

const NOON_MS = Date.parse('2026-01-31T12:00:00Z');

/** A line of a log, and when it was logged: seconds after noon. */
type Logged = readonly [log: Log, sec: number, line: object | string];

const access = (more: object) => ({
  ...{ requestId: 'Jx=', requestTime: 't', routeKey: 'POST /releasevm', status: '200', latencyMs: '5' },
  ...{ gatewayError: '-', lambdaStatus: '200', lambdaRequestId: 'inv-1', functionStatus: '200' },
  ...more,
});
const request = (more: object = {}) => ({
  ...{ level: 'INFO', message: 'request', requestId: 'Jx=', invocationId: 'inv-1', route: 'POST /releasevm' },
  ...{ status: 200, durationMs: 4_000, vmId: 'vm-01' },
  ...more,
});
const visit = (vmId: string) => ({ level: 'WARN', message: 'visited a VM', vmId, kind: 'command', durationMs: 300 });
const report = (requestId: string) => ({
  time: 't',
  type: 'platform.report',
  record: { requestId, status: 'success' },
});

const LOGS: readonly Logged[] = [
  ['access', 5, access({})],
  ['access', 6, access({ requestId: 'No=', lambdaRequestId: 'inv-2' })],
  ['function', 1, { time: 't', type: 'platform.start', record: { requestId: 'inv-1' } }],
  ['function', 2, 'RequestId: inv-1 Error: something that Node wrote'],
  ['function', 4, request()],
  ['function', 5, report('inv-1')],
  ['function', 5, report('inv-2')],
  ['function', 5, request({ requestId: 'No=', invocationId: 'inv-2', vmId: 'vm-02', path: 'Jx=' })],
  ['visitor', 3, visit('vm-01')],
  ['visitor', 3, visit('vm-02')],
  ['visitor', -60, visit('vm-01')],
  ['visitor', 60, visit('vm-01')],
];

/** The search of a deployment that has these lines. CloudWatch finds a term anywhere in a line. */
function searchOf(logs: readonly Logged[]) {
  const asked: { log: Log; query: Query }[] = [];
  const search = searchIn((log) => async (query) => {
    asked.push({ log, query });
    const events = logs.flatMap(([of, sec, line], at) => {
      const text = typeof line === 'string' ? line : JSON.stringify(line);
      const timeMs = NOON_MS + sec * 1000;
      const isFound = text.includes(query.pattern?.slice(1, -1) ?? '');
      const isIn = timeMs >= query.startMs && timeMs <= (query.endMs ?? Infinity);
      return of === log && isFound && isIn ? [{ id: String(at), stream: 's', timeMs, text }] : [];
    });
    return { events, nextToken: undefined };
  });
  return { asked, search };
}

async function traced(id: string, logs: readonly Logged[] = LOGS): Promise<string[]> {
  const events = await traceOf(id, NOON_MS - 3_600_000, searchOf(logs).search);
  return events.map(({ log, line }) => `${log} ${line.kind === 'text' ? 'text' : line.message}`);
}

describe('traceOf', () => {
  const whole = [
    'function platform.start',
    'function text',
    'visitor visited a VM',
    'function request',
    'access answer',
    'function platform.report',
  ];

  it.each(['Jx=', 'inv-1'])('finds all lines of a request by %s, in the order of time', async (id) => {
    expect(await traced(id)).toEqual(whole);
  });

  it('finds the lines of an invocation that never logged its request', async () => {
    const crash = [
      ['access', 5, access({ functionStatus: '-' })],
      ['function', 2, 'RequestId: inv-1 Error: Runtime exited'],
      ['function', 3, { type: 'platform.report', record: { requestId: 'inv-1', status: 'error' } }],
    ] as const;
    expect(await traced('Jx=', crash)).toEqual(['function text', 'function platform.report', 'access answer']);
  });

  it('finds a request that only API Gateway saw', async () => {
    const none = { status: '403', lambdaStatus: '-', lambdaRequestId: '-', functionStatus: '-' };
    expect(await traced('Jx=', [['access', 5, access(none)]])).toEqual(['access answer']);
  });

  it('shows the visits of any VM while a tick ran', async () => {
    const tick = { message: 'tick', requestId: 'inv-9', durationMs: 2_000 };
    const logs = [...LOGS, ['function', 4, tick]] as const;
    expect(await traced('inv-9', logs)).toEqual(['visitor visited a VM', 'visitor visited a VM', 'function tick']);
  });

  it('asks for no visit where the request is about no VM', async () => {
    const { asked, search } = searchOf([['function', 4, request({ vmId: undefined })]]);
    await traceOf('Jx=', 0, search);
    expect(asked.map(({ log }) => log)).not.toContain('visitor');
  });

  it('finds nothing in a log that the deployment lacks', async () => {
    const search = searchIn(() => undefined);
    expect(await traceOf('Jx=', 0, search)).toEqual([]);
  });
});
