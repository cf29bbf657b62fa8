import { describe, expect, it } from '@jest/globals';
import { readLine } from '../../../scripts/lib/logs/line.ts';

const request = {
  requestId: 'Jx=',
  route: 'POST /getvm',
  status: 200,
  durationMs: 1.2,
  userId: 'alice',
  vmId: 'vm-01',
};

describe('readLine', () => {
  it('reads a line of the function', () => {
    const text = JSON.stringify({ timestamp: '2026-01-31T12:00:00Z', level: 'WARN', message: 'request', ...request });
    expect(readLine(text)).toEqual({
      kind: 'entry',
      level: 'WARN',
      message: 'request',
      fields: request,
      stack: undefined,
    });
  });

  it('leaves out embedded metrics, which repeat other fields', () => {
    const directives = [
      {
        Namespace: 'n',
        Dimensions: [[]],
        Metrics: [{ Name: 'RequestSeconds2xx', Unit: 'Seconds' }, { Name: 'Grants' }],
      },
      { Namespace: 'n', Dimensions: [['pool']], Metrics: [{ Name: 'VmsFree', Unit: 'Count' }] },
    ];
    const metrics = {
      _aws: { Timestamp: 1, CloudWatchMetrics: directives },
      RequestSeconds2xx: [0.1, 0.2],
      Grants: 1,
      VmsFree: 2,
    };
    const line = readLine(JSON.stringify({ level: 'INFO', message: 'request', ...request, ...metrics }));
    expect(line).toMatchObject({ kind: 'entry', fields: request });
    expect(line).toHaveProperty('fields', request);
  });

  it('reads the stack of a fault', () => {
    const error = { name: 'TypeError', message: 'boom', stack: 'TypeError: boom\n    at a' };
    expect(readLine(JSON.stringify({ level: 'ERROR', message: 'request', error }))).toMatchObject({
      stack: 'TypeError: boom\n    at a',
      fields: {},
    });
  });

  it('shows name and message of a fault without a stack', () => {
    const error = { name: 'string', message: 'something other than an Error was thrown' };
    expect(readLine(JSON.stringify({ level: 'ERROR', message: 'request', error }))).toMatchObject({
      stack: 'string: something other than an Error was thrown',
    });
  });

  it('reads an error that nobody caught, from the runtime', () => {
    const message = {
      errorType: 'ReferenceError',
      errorMessage: 'x is not defined',
      stackTrace: ['ReferenceError: x is not defined', '    at handler'],
    };
    expect(readLine(JSON.stringify({ timestamp: 't', level: 'ERROR', requestId: 'r', message }))).toEqual({
      kind: 'entry',
      level: 'ERROR',
      message: 'ReferenceError: x is not defined',
      fields: { requestId: 'r' },
      stack: '    at handler',
    });
  });

  it.each([
    { status: 'success', level: 'INFO' },
    { status: 'timeout', level: 'ERROR' },
    { status: 'error', level: 'ERROR' },
    { status: 'failure', level: 'ERROR' },
  ])("gives Lambda's report of a $status the level $level", ({ status, level }) => {
    const record = { requestId: 'r', status, metrics: { durationMs: 3000 }, spans: [], tracing: {} };
    expect(readLine(JSON.stringify({ time: 't', type: 'platform.report', record }))).toEqual({
      kind: 'entry',
      level,
      message: 'platform.report',
      fields: { requestId: 'r', status, durationMs: 3000 },
    });
  });

  it("reads Lambda's lines that report no status", () => {
    const record = { requestId: 'r', version: '$LATEST' };
    expect(readLine(JSON.stringify({ time: 't', type: 'platform.start', record }))).toMatchObject({ level: 'INFO' });
    expect(readLine(JSON.stringify({ time: 't', type: 'platform.fault', record }))).toMatchObject({ level: 'ERROR' });
  });

  it.each(['plain words', '', '{"half":', '[1]', '42', '"text"', 'null'])(
    'leaves %j, which is not a JSON object, as text',
    (text) => {
      expect(readLine(text)).toEqual({ kind: 'text', text });
    },
  );

  it('drops the line feed at the end of a text', () => {
    expect(readLine('plain words\r\n')).toEqual({ kind: 'text', text: 'plain words' });
  });

  it.each([
    '{}',
    '{"level":3,"message":["a"]}',
    '{"message":{"x":1}}',
    '{"message":null,"error":"x"}',
    '{"_aws":{"CloudWatchMetrics":[{}]}}',
    '{"type":"platform.x","record":{"metrics":1}}',
  ])('reads the unexpected line %s without failing', (text) => {
    expect(readLine(text)).toMatchObject({ kind: 'entry', level: expect.any(String), message: expect.any(String) });
  });
});
