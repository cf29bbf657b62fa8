import { describe, expect, it } from '@jest/globals';
import { markdownOf } from '../../../scripts/lib/prove-on-aws/markdown.ts';

const proof = {
  environment: 'dev',
  host: 'a1b2c3.execute-api.us-east-1.amazonaws.com',
  facts: { region: 'eu-central-1', commit: '1a2b3c4' },
  startMs: Date.parse('2026-01-31T08:00:30Z'),
  endMs: Date.parse('2026-01-31T08:09:31Z'),
  results: [
    { id: 'alias', outcome: 'ok', expected: 'both end with :live', text: 'vm-pool-dev:live' },
    {
      id: 'alarms',
      outcome: 'FAILED',
      expected: 'none',
      text: 'a | b\n<script> in arn:aws:kms:us-east-1:123456789012:key/1',
    },
    { id: 'table-key', outcome: 'skipped', expected: '200', text: 'leases live in memory' },
    {
      id: 'bill',
      outcome: 'by hand',
      expected: '$0.10 a day',
      text: 'look at https://a1b2c3.execute-api.us-east-1.amazonaws.com',
    },
  ],
} as const;

describe('the report of a proof', () => {
  it('is Markdown to paste into an issue', () => {
    expect(markdownOf(proof).split('\n')).toEqual([
      '# Proof of dev on AWS',
      '',
      '2026-01-31T08:00Z, 10 min: 1 ok, 1 FAILED, 1 skipped, 1 by hand',
      '',
      '|  |  |',
      '| --- | --- |',
      '| region | eu-central-1 |',
      '| commit | 1a2b3c4 |',
      '',
      '| probe | result | expected | got |',
      '| --- | --- | --- | --- |',
      '| alias | ok | both end with :live | vm-pool-dev:live |',
      String.raw`| alarms | **FAILED** | none | a \| b &lt;script> in arn:aws:kms:us-east-1:ACCOUNT:key/1 |`,
      '| table-key | skipped | 200 | leases live in memory |',
      '',
      '## By hand',
      '',
      '- [ ] **bill**: look at https://API',
      '  - expected: $0.10 a day',
      '  - got:',
      '',
    ]);
  });
});
