import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Client } from '../../../lambda/client/client.ts';
import { Refused } from '../../../lambda/client/refused.ts';
import type { Got } from '../../../scripts/lib/mcp/getting.ts';
import { MINUTE_MS } from '../../../scripts/lib/mcp/heartbeat.ts';
import { OwnLoan } from '../../../scripts/lib/mcp/own-loan.ts';

const heard: string[] = [];
let calls: string[] = [];
let answer: () => Promise<unknown>;

/** A loan of an hour from a service that answers as a test says. */
function loan(): OwnLoan {
  const remove = async () => void calls.push('remove');
  const got = {
    held: { vm: { id: 'vm-01' }, lease: { id: 'lease-1' } },
    folder: { remove },
    login: { files: {}, endsAtMs: 0 },
  } as unknown as Got;
  const call = async (route: string, parameters: object) => {
    calls.push(`${route} ${JSON.stringify(parameters)}`);
    return answer();
  };
  const service = { client: async () => ({ url: '', call }) as unknown as Client, who: { userid: 'alice' } };
  const term = { minutes: 60, maxMinutes: 60 };
  return new OwnLoan(got, { service, parent: '/nowhere', startWaitMs: 0 }, term, {
    onOver: (why) => heard.push(`over: ${why}`),
    onFault: (error) => heard.push(`fault: ${String(error)}`),
  });
}

beforeEach(() => {
  jest.useFakeTimers();
  answer = async () => ({});
  calls = [];
  heard.length = 0;
});

afterEach(() => {
  jest.useRealTimers();
});

describe('OwnLoan', () => {
  it('renews its lease, and no other', async () => {
    const one = loan();
    await jest.advanceTimersByTimeAsync(4 * MINUTE_MS);
    expect(calls).toEqual(['POST /renewvm {"userid":"alice","leaseId":"lease-1","minutes":10}']);
    await one.end();
  });

  it('hears that the service has taken the VM back', async () => {
    answer = () => Promise.reject(new Refused(404, { code: 'no_lease' }));
    const one = loan();
    await jest.advanceTimersByTimeAsync(4 * MINUTE_MS);
    expect(heard).toContain('over: the service has taken it back');
    await one.end();
  });

  it('goes on when a renewal fails for another reason', async () => {
    answer = () => Promise.reject(new Error('away'));
    const one = loan();
    await jest.advanceTimersByTimeAsync(3 * MINUTE_MS);
    expect(heard).toEqual(['fault: Error: away']);
    expect(await one.end().catch(String)).toBe('Error: away');
  });

  it('ends when its time is up', async () => {
    const one = loan();
    await jest.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect(heard).toEqual(['over: its time was up']);
    calls = [];
    await one.end();
    expect(calls).toEqual(['remove', 'POST /releasevm {"userid":"alice","leaseId":"lease-1"}']);
    await jest.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect(calls).toHaveLength(2);
  });

  it('is over for commands before it is given back', async () => {
    const one = loan();
    const ended = one.end();
    expect(one.over.signal.aborted).toBe(true);
    await ended;
  });
});
