import { describe, expect, it } from '@jest/globals';
import { OptionsError, parseOptions } from '../../../scripts/lib/restore-table/options.ts';

const NOW = Date.parse('2026-01-31T09:00:00.900Z');

describe('the command line of restore-table', () => {
  it.each([
    {
      rule: 'names the new table after its environment and its time',
      args: ['prod', '--to', '2026-01-31T08:00Z'],
      source: 'vm-pool-prod',
      target: 'vm-pool-prod-restored-20260131t080000z',
    },
    {
      rule: 'rounds the time down to a second',
      args: ['prod', '--to', '30m'],
      source: 'vm-pool-prod',
      target: 'vm-pool-prod-restored-20260131t083000z',
    },
    {
      rule: 'restores a table that was restored under a name of the same length',
      args: ['prod', '--to', '30m', '--table', 'vm-pool-prod-restored-20260131t080000z'],
      source: 'vm-pool-prod-restored-20260131t080000z',
      target: 'vm-pool-prod-restored-20260131t083000z',
    },
  ])('$rule', ({ args, source, target }) => {
    expect(parseOptions(args, NOW)).toMatchObject({ source, target, isMeant: false });
  });

  it('restores only when it is told to', () => {
    expect(parseOptions(['prod', '--to', '30m', '--yes'], NOW)).toMatchObject({ isMeant: true });
  });

  it.each([
    { args: [], says: 'give one ENVIRONMENT' },
    { args: ['prod', 'dev', '--to', '1h'], says: 'give one ENVIRONMENT' },
    { args: ['prod'], says: '--to says which time' },
    { args: ['prod', '--to', 'yesterday'], says: '--to must lie in the past' },
    { args: ['prod', '--to', '2026-01-31T09:01Z'], says: '--to must lie in the past' },
    { args: ['prod', '--to', '1h', '--table', 'a b'], says: '--table must be the name of a table' },
    { args: ['prod', '--to', '1h', '--force'], says: "Unknown option '--force'" },
  ])('refuses $args', ({ args, says }) => {
    const parse = () => parseOptions(args, NOW);
    expect(parse).toThrow(OptionsError);
    expect(parse).toThrow(says);
  });
});
