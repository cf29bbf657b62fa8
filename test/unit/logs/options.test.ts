import { describe, expect, it } from '@jest/globals';
import { groupsOf } from '../../../scripts/lib/logs/groups.ts';
import { HELP } from '../../../scripts/lib/logs/help.ts';
import type { Options } from '../../../scripts/lib/logs/options.ts';
import { OptionsError, parseOptions } from '../../../scripts/lib/logs/options.ts';
import { QUERIES } from '../../../scripts/lib/logs/queries.ts';

const NOW_MS = Date.parse('2026-01-31T12:00:00Z');

function options(...args: string[]): Options {
  const parsed = parseOptions(args, NOW_MS);
  if (typeof parsed === 'string') throw new Error(`these arguments ask for ${parsed}`);
  return parsed;
}

function faults(...args: string[]): readonly string[] {
  try {
    parseOptions(args, NOW_MS);
  } catch (error) {
    if (error instanceof OptionsError) return error.faults;
    throw error;
  }
  return [];
}

describe('parseOptions', () => {
  it('reads the last ten minutes of dev by default', () => {
    expect(options()).toEqual({
      groups: {
        function: '/aws/lambda/vm-pool-dev',
        access: '/aws/vendedlogs/apigateway/vm-pool-dev',
        visitor: '/aws/lambda/vm-pool-dev-visitor',
      },
      environment: 'dev',
      region: undefined,
      sinceMs: NOW_MS - 600_000,
      follow: undefined,
      json: false,
      filter: { userId: undefined, vmId: undefined, requestId: undefined, errorsOnly: false },
      query: undefined,
    });
  });

  it('reads every option', () => {
    const ids = ['--user', 'alice@x.org', '--vm', 'vm-01', '--request', 'JKJaXmPLvHcESHA=', '--errors'];
    expect(
      options('--env', 'prod', '--region', 'us-gov-west-1', '--since', '1h', '--follow', '--json', ...ids),
    ).toEqual({
      groups: groupsOf('vm-pool-prod'),
      environment: 'prod',
      region: 'us-gov-west-1',
      sinceMs: NOW_MS - 3_600_000,
      follow: 'live',
      json: true,
      filter: { userId: 'alice@x.org', vmId: 'vm-01', requestId: 'JKJaXmPLvHcESHA=', errorsOnly: true },
      query: undefined,
    });
  });

  it('prefers a named log group to that of the environment', () => {
    expect(options('--env', 'prod', '--log-group', '/aws/lambda/lab-dev')).toMatchObject({
      groups: groupsOf('lab-dev'),
      environment: undefined,
    });
  });

  it.each([
    { args: ['-f'], follow: 'live' },
    { args: ['--poll'], follow: 'polling' },
    { args: ['--follow', '--poll'], follow: 'polling' },
  ])('follows by $follow for $args', ({ args, follow }) => {
    expect(options(...args).follow).toBe(follow);
  });

  it.each([
    { args: ['--request', 'Jx='], hours: 24 },
    { args: ['--query', 'refusals'], hours: 24 },
    { args: ['--request', 'Jx=', '--since', '2h'], hours: 2 },
    { args: ['--request', 'Jx=', '-f'], hours: 1 / 6 },
  ])('looks back $hours hours for $args', ({ args, hours }) => {
    expect(options(...args).sinceMs).toBe(NOW_MS - hours * 3_600_000);
  });

  it('reads the name of a query and what narrows it', () => {
    const { query, filter } = options('--query', 'who-had-vm', '--vm', 'vm-01');
    expect(query).toBe(QUERIES.get('who-had-vm'));
    expect(filter.vmId).toBe('vm-01');
  });

  it('lists the queries for --queries, whatever else is wrong', () => {
    expect(parseOptions(['--env', 'nowhere', '--queries'], NOW_MS)).toBe('queries');
  });

  it('knows only the log group that was named, unless it is that of a function', () => {
    expect(options('--log-group', 'elsewhere').groups).toEqual({ function: 'elsewhere' });
    expect(faults('--log-group', 'elsewhere', '--query', 'callers-refused')).toEqual([
      '--query callers-refused needs the access log, which --log-group does not name',
    ]);
  });

  it.each(['--help', '-h'])('offers help for %s, whatever else is wrong', (flag) => {
    expect(parseOptions(['--env', 'nowhere', flag], NOW_MS)).toBe('help');
  });

  it.each([
    '--env',
    '--log-group',
    '--region',
    '--since',
    '--follow',
    '--poll',
    '--user',
    '--vm',
    '--request',
    '--errors',
    '--query',
    '--queries',
    '--json',
  ])('helps with %s', (option) => {
    expect(HELP).toContain(`${option} `);
  });

  it.each([
    { args: ['--env', 'prd'], says: '--env must be one of dev, prod, staging; not "prd"' },
    { args: ['--region', 'frankfurt'], says: '--region must be an AWS region, such as us-east-1; not "frankfurt"' },
    {
      args: ['--log-group', 'a b'],
      says: '--log-group must be a log group, such as /aws/lambda/vm-pool-dev; not "a b"',
    },
    {
      args: ['--since', '5x'],
      says: '--since must lie in the past: 90s, 15m, 2h, 1d, or a time such as 2026-01-31T08:00Z; not "5x"',
    },
    {
      args: ['--user', ''],
      says: '--user must be an id: 1 to 128 visible ASCII characters without quotes and backslashes; not ""',
    },
    {
      args: ['--vm', 'a b'],
      says: '--vm must be an id: 1 to 128 visible ASCII characters without quotes and backslashes; not "a b"',
    },
    {
      args: ['--request', 'a"b'],
      says: '--request must be an id: 1 to 128 visible ASCII characters without quotes and backslashes; not "a\\"b"',
    },
    {
      args: ['--query', 'who'],
      says: `--query must be one of ${[...QUERIES.keys()].join(', ')} (--queries explains them); not "who"`,
    },
    { args: ['--query', 'ticks', '--follow'], says: '--follow does not go with --query ticks' },
    { args: ['--query', 'ticks', '--poll'], says: '--poll does not go with --query ticks' },
    { args: ['--query', 'ticks', '--errors'], says: '--errors does not go with --query ticks' },
    { args: ['--query', 'ticks', '--request', 'Jx='], says: '--request does not go with --query ticks' },
    { args: ['--query', 'ticks', '--user', 'alice'], says: '--user does not go with --query ticks' },
    { args: ['--query', 'failed-visits', '--user', 'alice'], says: '--user does not go with --query failed-visits' },
    { args: ['--since'], says: "Option '--since <value>' argument missing; --help shows what each option takes" },
    {
      args: ['--request', '--json'],
      says: "Option '--request' argument is ambiguous; --help shows what each option takes",
    },
    { args: ['--json=yes'], says: "Option '--json' does not take an argument; --help shows what each option takes" },
    { args: ['1h'], says: "Unexpected argument '1h'; options follow a --, as in: npm run logs -- --since 1h" },
  ])('refuses $args and says what would be right', ({ args, says }) => {
    expect(faults(...args)).toEqual([says]);
  });

  it('names an option it does not know, and those it knows', () => {
    expect(faults('--tail.all')).toEqual([
      "Unknown option '--tail.all'; the options are --env --log-group --region --since --follow --poll --user --vm --request --errors --query --queries --json --help",
    ]);
  });

  it('refuses every character that would end the quotes of a filter pattern', () => {
    for (const character of ['"', '\\', ' ', '\n', '\u0000', '\u007f', 'é']) {
      expect(faults('--user', `a${character}b`)).toHaveLength(1);
    }
  });

  it('reports all faults at once', () => {
    expect(faults('--env', 'x', '--since', 'x', '--vm', '')).toHaveLength(3);
  });
});
