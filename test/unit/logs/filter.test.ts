import { describe, expect, it } from '@jest/globals';
import type { Filter } from '../../../scripts/lib/logs/filter.ts';
import { filterPattern, isWanted } from '../../../scripts/lib/logs/filter.ts';
import { readLine } from '../../../scripts/lib/logs/line.ts';

const EVERYTHING: Filter = { userId: undefined, vmId: undefined, requestId: undefined, errorsOnly: false };

function wants(filter: Partial<Filter>, line: unknown): boolean {
  return isWanted(readLine(typeof line === 'string' ? line : JSON.stringify(line)), { ...EVERYTHING, ...filter });
}

describe('filterPattern', () => {
  it.each<{ filter: Partial<Filter>; pattern: string | undefined }>([
    { filter: {}, pattern: undefined },
    { filter: { errorsOnly: true }, pattern: undefined },
    { filter: { vmId: 'vm-01' }, pattern: '"vm-01"' },
    { filter: { vmId: 'vm-01', userId: 'a.b@x.org' }, pattern: '"a.b@x.org"' },
    { filter: { vmId: 'vm-01', userId: 'alice', requestId: 'Jx=' }, pattern: '"Jx="' },
  ])('asks for the rarest id of $filter: $pattern', ({ filter, pattern }) => {
    expect(filterPattern({ ...EVERYTHING, ...filter })).toBe(pattern);
  });
});

describe('isWanted', () => {
  const request = {
    level: 'INFO',
    message: 'request',
    requestId: 'Jx=',
    invocationId: 'abc-1',
    status: 200,
    userId: 'alice',
    vmId: 'vm-01',
  };

  it('wants every line when no filter is set', () => {
    expect({ request: wants({}, request), text: wants({}, 'plain words') }).toEqual({ request: true, text: true });
  });

  it.each<{ filter: Partial<Filter>; wanted: boolean }>([
    { filter: { userId: 'alice' }, wanted: true },
    { filter: { userId: 'alic' }, wanted: false },
    { filter: { userId: 'Alice' }, wanted: false },
    { filter: { userId: 'vm-01' }, wanted: false },
    { filter: { vmId: 'vm-01' }, wanted: true },
    { filter: { vmId: 'vm-0' }, wanted: false },
    { filter: { requestId: 'Jx=' }, wanted: true },
    { filter: { requestId: 'abc-1' }, wanted: true },
    { filter: { requestId: 'Jx' }, wanted: false },
    { filter: { userId: 'alice', vmId: 'vm-01', requestId: 'Jx=' }, wanted: true },
    { filter: { userId: 'alice', vmId: 'vm-02' }, wanted: false },
    { filter: { userId: 'alice', errorsOnly: true }, wanted: false },
  ])('compares ids exactly, and all of them: $filter', ({ filter, wanted }) => {
    expect(wants(filter, request)).toBe(wanted);
  });

  it("finds Lambda's lines of a request", () => {
    const report = { time: 't', type: 'platform.report', record: { requestId: 'abc-1', status: 'success' } };
    const text = 'RequestId: abc-1 Error: Runtime exited';
    const wantedBy = (requestId: string) => ({
      report: wants({ requestId }, report),
      text: wants({ requestId }, text),
    });
    expect(wantedBy('abc-1')).toEqual({ report: true, text: true });
    expect(wantedBy('abc-2')).toEqual({ report: false, text: false });
  });

  it('finds neither users nor VMs in plain text', () => {
    const wanted = {
      byUser: wants({ userId: 'alice' }, 'alice failed'),
      byVm: wants({ vmId: 'vm-01' }, 'vm-01 failed'),
    };
    expect(wanted).toEqual({ byUser: false, byVm: false });
  });

  it.each([
    { level: 'ERROR', message: 'x' },
    { level: 'FATAL', message: 'x' },
    { level: 'error', message: 'x' },
    { level: 'INFO', message: 'request', status: 500 },
    { level: 'INFO', message: 'request', status: 503 },
    { type: 'platform.report', record: { status: 'timeout' } },
    { type: 'platform.runtimeDone', record: { status: 'error' } },
    { message: { errorType: 'TypeError', errorMessage: 'x' } },
    '2026-01-31T12:00:00Z abc Task timed out after 10.00 seconds',
    'RequestId: abc Error: Runtime exited with error: exit status 1',
    "TypeError: Cannot read properties of undefined (reading 'x')",
  ])('treats %j as an error', (line) => {
    expect(wants({ errorsOnly: true }, line)).toBe(true);
  });

  it.each([
    { level: 'INFO', message: 'error' },
    { level: 'WARN', message: 'x' },
    { level: 'INFO', message: 'request', status: 499 },
    { level: 'INFO', message: 'request', status: '500' },
    { type: 'platform.report', record: { status: 'success' } },
    { type: 'platform.start', record: {} },
    'plain words',
  ])('does not treat %j as an error', (line) => {
    expect(wants({ errorsOnly: true }, line)).toBe(false);
  });
});
