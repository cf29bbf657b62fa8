import { beforeAll, describe, expect, it } from '@jest/globals';
import { CALLS } from '../../../lambda/http/calls.ts';
import type { Log } from '../../../scripts/lib/logs/groups.ts';
import { listOfQueries, QUERIES, queryText, unfitOptions } from '../../../scripts/lib/logs/queries.ts';
import { parseQuery } from './insights-language.ts';
import type { Parsed } from './real-lines.ts';
import { hasField, realLines } from './real-lines.ts';

/** Fields that CloudWatch gives each line. */
const OF_CLOUDWATCH = ['@timestamp', '@message'];

let lines: Readonly<Record<Log, readonly Parsed[]>>;

beforeAll(async () => {
  lines = await realLines();
});

function fieldsWithoutLine(log: Log, fields: Iterable<string>): string[] {
  return [...fields].filter(
    (field) => !OF_CLOUDWATCH.includes(field) && !lines[log].some((line) => hasField(line, field)),
  );
}

describe.each([...QUERIES])('the query %s', (name, named) => {
  const { query, log, parameters = {}, description } = named;

  it('is in the language of Logs Insights', () => {
    const { columns } = parseQuery(query);
    expect(columns.length).toBeGreaterThan(1);
    for (const column of columns) expect(column).toMatch(/^@?[a-zA-Z][\w]*$/);
  });

  it('asks only for fields that lines of its log have', () => {
    expect(fieldsWithoutLine(log, parseQuery(query).fields)).toEqual([]);
    expect(fieldsWithoutLine(log, Object.values(parameters))).toEqual([]);
  });

  it('finds a line by each message and type that it asks for', () => {
    for (const [, field = '', value] of query.matchAll(/\b(message|type) = '([^']+)'/g)) {
      expect(lines[log].map((line) => line[field])).toContain(value);
    }
  });

  it('is still one when options narrow it', () => {
    const values = { user: "al'ice|x", vm: 'vm-01' };
    const { fields } = parseQuery(queryText(named, values));
    expect([...fields]).toEqual(expect.arrayContaining(Object.values(parameters)));
  });

  it('is listed with its description and options', () => {
    const line = listOfQueries()
      .split('\n')
      .find((one) => one.trim().startsWith(`${name} `));
    expect(line).toContain(description);
    for (const option of ['user', 'vm'])
      expect(line?.includes(`--${option} ID`)).toBe(Object.hasOwn(parameters, option));
  });
});

describe('queryText', () => {
  const who = { description: '', log: 'function', query: 'stats count(*) as n by userId', parameters: { vm: 'vmId' } };

  it('puts a filter in front, so that the query sees only what passes it', () => {
    expect(queryText(who as never, { vm: 'vm-01' })).toBe('filter vmId = "vm-01"\n| stats count(*) as n by userId');
    expect(queryText(who as never, { vm: undefined })).toBe(who.query);
  });

  it('names the options that have no field', () => {
    expect(unfitOptions(who as never, { vm: 'vm-01', user: 'alice' })).toEqual(['user']);
    expect(unfitOptions(who as never, { vm: undefined, user: undefined })).toEqual([]);
  });
});

describe('the query operators', () => {
  /** A scrape of the metrics each few seconds is nothing that an operator did. */
  const unasked = ['GET /metrics'];

  it('asks for every call of operators, and for no other', () => {
    const [, pattern = ''] = /like \/(.*)\/ or/.exec(QUERIES.get('operators')?.query ?? '') ?? [];
    const asked = CALLS.filter(({ route }) => new RegExp(pattern).test(route)).map(({ route }) => route);
    const forOperators = CALLS.filter(({ audience }) => audience === 'operators').map(({ route }) => route as string);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.toSorted()).toEqual(forOperators.filter((route) => !unasked.includes(route)).toSorted());
  });
});

describe('parseQuery', () => {
  it.each([
    'filtre a = 1',
    'filter a',
    "filter a = 'b' and",
    "filter a in ['b'",
    "filter a = 'b",
    'fields a,, b',
    'fields floor(a',
    'fields round(a)',
    'stats count(a) by',
    'stats median(a) by b',
    'stats pct(a) by b',
    'stats count(*) as n by b | sort c desc',
    'stats count(*) as n, sum(a) as n by b',
    'filter a like b',
    'filter a like /(/',
    'sort a',
    'limit ten',
    'fields a | | limit 1',
    'fields a; limit 1',
  ])('refuses %s', (query) => {
    expect(() => parseQuery(query)).toThrow(SyntaxError);
  });
});
