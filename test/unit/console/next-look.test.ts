import { describe, expect, it } from '@jest/globals';
import { createClient } from '../../../lambda/client/client.ts';
import { nextLookMs } from '../../../lambda/console/mine/next-look.ts';
import { FakeClock, fakeFetch } from '../../support/client/fake-api.ts';
import { leaseOf, vmOf } from '../login/made-up.ts';

describe('the next look at the lease', () => {
  it.each([
    { rule: 'comes after a minute', vm: {}, retryAfterSec: undefined, ms: 60_000 },
    { rule: 'comes as the service says while the VM starts', vm: { status: 'starting' }, retryAfterSec: 7, ms: 7_000 },
    {
      rule: 'comes soon where the service does not say',
      vm: { status: 'starting' },
      retryAfterSec: undefined,
      ms: 10_000,
    },
    {
      rule: 'comes before the VM forgets the key',
      vm: { keyAcceptedUntil: 'soon' },
      retryAfterSec: undefined,
      ms: 45_000,
    },
  ] as const)('$rule', async ({ vm, retryAfterSec, ms }) => {
    const clock = new FakeClock();
    const body = { vm: vmOf(vm), lease: leaseOf() };
    const { fetch } = fakeFetch([{ status: 200, body, retryAfterSec }], clock);
    const held = await createClient({ url: 'http://api.test', fetch }, clock).call('GET /lease');
    expect(nextLookMs(held)).toBe(ms);
  });

  it('comes after a minute without a lease', () => {
    expect(nextLookMs(null)).toBe(60_000);
  });
});
