import { describe, expect, it } from '@jest/globals';
import type { Format } from '../../../scripts/lib/logs/format.ts';
import { asJson, readable } from '../../../scripts/lib/logs/format.ts';
import { readLine } from '../../../scripts/lib/logs/line.ts';
import { painter, visible, wantsColour } from '../../../scripts/lib/logs/terminal.ts';

const TIME = '2026-01-31T12:00:00.000Z';

function shown(format: Format, logged: unknown): string {
  const text = typeof logged === 'string' ? logged : JSON.stringify(logged);
  return format({ stream: 's', timeMs: Date.parse(TIME), text }, readLine(text));
}

const plain = (logged: unknown) => shown(readable(painter(false)), logged);
const coloured = (logged: unknown) => shown(readable(painter(true)), logged);

const request = {
  timestamp: TIME,
  level: 'INFO',
  message: 'request',
  requestId: 'Jx=',
  route: 'POST /getvm',
  status: 409,
  durationMs: 1.2345,
  code: 'already_allocated',
  userId: 'alice',
  vmId: 'vm-01',
  leaseId: 'l1',
};

describe('readable', () => {
  it('shows the most important fields first and the request id last', () => {
    expect(plain(request)).toBe(
      `${TIME} INFO  request POST /getvm 409 1.2ms user=alice vm=vm-01 lease=l1 code=already_allocated request=Jx=`,
    );
  });

  it('shows unknown fields with their names', () => {
    expect(plain({ level: 'INFO', message: 'tick', reaped: 2, checked: 0, ids: ['a'], none: null })).toBe(
      `${TIME} INFO  tick reaped=2 checked=0 ids=["a"] none=null`,
    );
  });

  it('treats names of Object.prototype as plain names', () => {
    expect(plain('{"level":"toString","message":"x","constructor":1,"__proto__":2}')).toBe(
      `${TIME} toString x constructor=1 __proto__=2`,
    );
    expect(coloured({ level: 'toString', message: 'x' })).toContain('\u001b[36mtoString');
  });

  it('puts quotes around a value that holds blanks or quotes, or nothing', () => {
    expect(plain({ message: 'x', a: 'b c', d: '', e: 'f"' })).toBe(`${TIME} INFO  x a="b c" d="" e="f\\""`);
  });

  it('indents the stack of an error below its line', () => {
    const error = { name: 'TypeError', message: 'boom', stack: 'TypeError: boom\n    at a (x.ts:1:1)' };
    expect(plain({ level: 'ERROR', message: 'request', status: 500, error }).split('\n')).toEqual([
      `${TIME} ERROR request 500`,
      '    TypeError: boom',
      '        at a (x.ts:1:1)',
    ]);
  });

  it("shows Lambda's report of an invocation", () => {
    const record = { requestId: 'r', status: 'timeout', metrics: { durationMs: 3000, billedDurationMs: 3000 } };
    expect(plain({ time: TIME, type: 'platform.report', record })).toBe(
      `${TIME} ERROR platform.report timeout 3000ms billedDurationMs=3000 request=r`,
    );
  });

  it('leaves a line that is not JSON unchanged', () => {
    expect(plain('plain words\n\tand more\n')).toBe('plain words\n\tand more');
  });

  it.each([
    { status: 200, colour: 32 },
    { status: 404, colour: 33 },
    { status: 500, colour: 31 },
    { status: 'success', colour: 32 },
    { status: 'timeout', colour: 31 },
  ])('colours the status $status', ({ status, colour }) => {
    expect(coloured({ message: 'x', status })).toContain(`\u001b[${colour}m${status}\u001b[0m`);
  });

  it.each([
    { level: 'INFO', colour: 32 },
    { level: 'WARN', colour: 33 },
    { level: 'ERROR', colour: 31 },
    { level: 'TRACE', colour: 36 },
  ])('colours the level $level', ({ level, colour }) => {
    expect(coloured({ level, message: 'x' })).toContain(`\u001b[${colour}m${level.padEnd(5)}\u001b[0m`);
  });

  it('escapes every logged character that acts on the terminal', () => {
    const evil = '\u001b[2J\u009b31m\u202e\r\n\u0007';
    const error = { stack: `E: ${evil}` };
    const line = plain({ level: evil, message: evil, route: evil, status: evil, userId: evil, [evil]: evil, error });
    expect([line, plain(`text ${evil}`)].join('\n')).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect(
      line
        .split('\n')
        .slice(1)
        .every((below) => below.startsWith('    ')),
    ).toBe(true);
    expect(plain('text \u001b[2J')).toBe('text \\u001b[2J');
  });
});

describe('asJson', () => {
  it('leaves a JSON line unchanged', () => {
    const text = '{"b": 1.0, "a": 12345678901234567890, "level":"INFO"}';
    expect(shown(asJson, text)).toBe(text);
  });

  it('keeps JSON on one line', () => {
    expect(shown(asJson, '{\n\t"a": "b\\nc"\r\n}\n')).toBe('{ "a": "b\\nc" }');
  });

  it('makes a line that is not JSON the message of an object', () => {
    expect(JSON.parse(shown(asJson, 'plain words\n'))).toEqual({ timestamp: TIME, message: 'plain words' });
  });

  it.each(['{"a":"\u009b31m\u202e"}', 'text \u001b[2J\u009b'])(
    'keeps the meaning and escapes characters that act on the terminal: %j',
    (text) => {
      const json = shown(asJson, text);
      expect(json).toMatch(/^[\x20-\x7e]+$/);
      expect(Object.values(JSON.parse(json) as object)).toContain(text.startsWith('{') ? '\u009b31m\u202e' : text);
    },
  );
});

describe('wantsColour', () => {
  it.each([
    { rule: 'on a terminal', isTTY: true, env: {}, wanted: true },
    { rule: 'not in a pipe', isTTY: undefined, env: {}, wanted: false },
    { rule: 'not where NO_COLOR is set', isTTY: true, env: { NO_COLOR: '1' }, wanted: false },
    { rule: 'where NO_COLOR is empty', isTTY: true, env: { NO_COLOR: '' }, wanted: true },
    { rule: 'not on a dumb terminal', isTTY: true, env: { TERM: 'dumb' }, wanted: false },
  ])('$rule', ({ isTTY, env, wanted }) => {
    expect(wantsColour(isTTY === undefined ? {} : { isTTY }, env)).toBe(wanted);
  });
});

describe('visible', () => {
  it('leaves letters of any script alone', () => {
    expect(visible('Zoë 東京 🚀')).toBe('Zoë 東京 🚀');
  });
});
