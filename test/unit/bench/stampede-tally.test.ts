import { describe, expect, it } from '@jest/globals';
import type { Lease } from '../../../lambda/pool/lease.ts';
import type { VmStatus } from '../../../lambda/pool/vm.ts';
import type { Answers } from '../../bench/dynamodb/stampede-tally.ts';
import { tally } from '../../bench/dynamodb/stampede-tally.ts';

const NOTHING = { lentTwice: 0, untold: 0, contradicted: 0, notLent: 0 };

function lease(id: string): Lease {
  return { id, userId: `user of ${id}`, vmId: 'vm-1', acquiredAtSec: 0, expiresAtSec: 3_600 };
}

/** The only VM of the table, lent under that lease or free. */
function vm(held: Lease | undefined): VmStatus {
  const vm = { id: 'vm-1', pool: 'default', ip: '192.0.2.1', port: 22, username: 'tester' };
  const rest = { version: 1, failures: 0, draining: false, retired: false };
  return held === undefined ? { vm, state: 'free', ...rest } : { vm, state: 'leased', lease: held, ...rest };
}

interface Row {
  rule: string;
  told?: Answers['told'];
  unanswered?: string[];
  /** Lease in the VM's item. */
  vmLease?: string;
  /** Leases in the items of users. */
  userLeases?: string[];
  counts: Partial<typeof NOTHING>;
}

describe('tally of a stampede', () => {
  it.each<Row>([
    {
      rule: 'counts nothing when the table agrees with the answer',
      told: [['vm-1', 'a']],
      vmLease: 'a',
      userLeases: ['a'],
      counts: {},
    },
    { rule: 'counts a free VM as not lent', counts: { notLent: 1 } },
    {
      rule: 'counts a VM as lent twice when two callers got it',
      told: [
        ['vm-1', 'a'],
        ['vm-1', 'b'],
      ],
      vmLease: 'b',
      userLeases: ['a', 'b'],
      counts: { lentTwice: 1 },
    },
    {
      rule: 'counts a lease whose caller got 503 as untold, not as lent twice',
      unanswered: ['a'],
      vmLease: 'a',
      userLeases: ['a'],
      counts: { untold: 1 },
    },
    {
      rule: 'counts nothing when a caller got 503 and the lease was never made',
      told: [['vm-1', 'a']],
      unanswered: ['b'],
      vmLease: 'a',
      userLeases: ['a'],
      counts: {},
    },
    {
      rule: 'counts a repeated answer once',
      told: [
        ['vm-1', 'a'],
        ['vm-1', 'a'],
      ],
      vmLease: 'a',
      userLeases: ['a'],
      counts: {},
    },
    {
      rule: 'counts a VM as contradicted when its caller lost it to a lease that got 503',
      told: [['vm-1', 'a']],
      unanswered: ['b'],
      vmLease: 'b',
      userLeases: ['b'],
      counts: { contradicted: 1 },
    },
    {
      rule: 'counts a VM as contradicted when the table holds a lease that nobody asked for',
      vmLease: 'a',
      userLeases: ['a'],
      counts: { contradicted: 1 },
    },
    {
      rule: 'counts a VM as contradicted when the item of its user is missing',
      told: [['vm-1', 'a']],
      vmLease: 'a',
      userLeases: [],
      counts: { contradicted: 1 },
    },
    {
      rule: 'counts a VM as contradicted when a second user holds it in the table',
      told: [['vm-1', 'a']],
      unanswered: ['b'],
      vmLease: 'a',
      userLeases: ['a', 'b'],
      counts: { contradicted: 1 },
    },
    {
      rule: 'counts a free VM that a caller got as contradicted',
      told: [['vm-1', 'a']],
      counts: { contradicted: 1 },
    },
  ])('$rule', ({ told = [], unanswered = [], vmLease, userLeases = [], counts }) => {
    const contents = { vms: [vm(vmLease === undefined ? undefined : lease(vmLease))], leases: userLeases.map(lease) };
    expect(tally({ told, unanswered }, contents)).toEqual({ ...NOTHING, ...counts });
  });

  it('counts a VM that a caller got as contradicted when the table does not know it', () => {
    const answers = { told: [['vm-1', 'a'] as const], unanswered: [] };
    expect(tally(answers, { vms: [], leases: [] })).toEqual({ ...NOTHING, contradicted: 1 });
  });
});
