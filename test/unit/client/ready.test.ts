import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createClient } from '../../../lambda/client/client.ts';
import type { ReadyOptions } from '../../../lambda/client/ready.ts';
import { readyVm } from '../../../lambda/client/ready.ts';
import type { Held } from '../../../lambda/client/routes.ts';
import type { Outcome } from '../../support/client/fake-api.ts';
import { FakeClock, fakeFetch } from '../../support/client/fake-api.ts';
import { leaseOf, vmOf } from '../login/made-up.ts';

const heldOf = (status: Held['vm']['status'], id = 'i-01', statusReason?: string): Held => ({
  vm: vmOf({ id, status, ...(statusReason !== undefined && { statusReason }) }),
  lease: leaseOf(),
});
const STARTING = heldOf('starting', 'i-01', 'EC2 starts it');
const answer = (body: Held, retryAfterSec?: number): Outcome => ({ status: 200, body, retryAfterSec });

/** Waits for a VM of which the service has answered `first`, and answers `later` from then on. */
async function waited(first: Held, later: readonly Outcome[], options: ReadyOptions = {}) {
  const clock = new FakeClock();
  const { fetch, attempts } = fakeFetch(later, clock);
  const client = createClient({ url: 'http://api.test', fetch, retryForMs: 0 }, clock);
  const outcome = await readyVm(client, first, options, clock).then(
    (held) => ({ held, error: undefined }),
    (error: unknown) => ({ held: undefined, error: error as Error & { reason?: string } }),
  );
  return { ...outcome, attempts, clock };
}

describe('readyVm', () => {
  it('answers a VM that is ready as it is, and asks nobody', async () => {
    const ready = heldOf('ready');
    const { held, attempts } = await waited(ready, []);
    expect(held).toBe(ready);
    expect(attempts).toEqual([]);
  });

  it('answers that of a service which knows no VMs to start', async () => {
    const old = { vm: { ...vmOf(), status: undefined }, lease: leaseOf() } as unknown as Held;
    expect((await waited(old, [])).held).toBe(old);
  });

  it('looks by the id of the lease, with the key to let in, and says what it waits for', async () => {
    const heard: unknown[] = [];
    const onStarting = ({ vm }: Held, ms: number) => heard.push([vm.id, vm.statusReason, ms]);
    const options = { userid: 'alice', sshPublicKey: 'ssh-ed25519 AAAA', onStarting };
    const { attempts, clock } = await waited(STARTING, [answer(heldOf('ready'))], options);
    expect(attempts).toMatchObject([
      {
        route: 'POST /connectvm',
        parameters: { userid: 'alice', leaseId: 'lease-1', sshPublicKey: 'ssh-ed25519 AAAA' },
      },
    ]);
    expect(heard).toEqual([['i-01', 'EC2 starts it', clock.waits[0]]]);
  });

  it('goes on with the VM to which the lease has moved', async () => {
    const later = [answer(STARTING), answer(heldOf('starting', 'i-02')), answer(heldOf('ready', 'i-02'))];
    expect((await waited(STARTING, later)).held?.vm).toMatchObject({ id: 'i-02', status: 'ready' });
  });

  it('looks again after Retry-After, once more when the wait ends, and never later', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 600_000 }),
        fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined }),
        async (waitMs, sec) => {
          const { error, attempts, clock } = await waited(STARTING, [answer(STARTING, sec)], { waitMs });
          expect(error?.reason).toBe('starting');
          expect(attempts.at(-1)?.atMs).toBe(waitMs);
          for (const ms of clock.waits.slice(1, -1)) expect(ms).toBeGreaterThanOrEqual((sec ?? 10) * 1_000);
        },
      ),
    );
  });

  it('ends at the first answer that does not say starting, whatever the service says before', async () => {
    const step = fc.record({ id: fc.constantFrom('i-01', 'i-02', 'i-03'), sec: fc.integer({ min: 1, max: 30 }) });
    const end = fc.constantFrom<Held['vm']['status']>('ready', 'gone');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), end, async (steps, last) => {
        const later = [
          ...steps.map(({ id, sec }) => answer(heldOf('starting', id), sec)),
          answer(heldOf(last, 'i-09')),
          answer(heldOf('ready', 'i-10')),
        ];
        const { held, error, attempts } = await waited(STARTING, later);
        expect(attempts).toHaveLength(steps.length + 1);
        expect(last === 'ready' ? held?.vm.id : error?.reason).toBe(last === 'ready' ? 'i-09' : 'gone');
      }),
    );
  });

  it('says what to do about a VM that is gone, without asking again', async () => {
    const { error, attempts } = await waited(heldOf('gone', 'i-01', 'it was terminated'), []);
    expect(error?.message).toBe('i-01 no longer exists (it was terminated); give it back, then borrow another VM');
    expect(attempts).toEqual([]);
  });

  it.each(['no_lease', 'lease_superseded'])('says that nothing was started when it meets %s', async (code) => {
    const { error } = await waited(STARTING, [answer(STARTING), { status: 409, code }]);
    expect(error).toMatchObject({ reason: 'not-started', cause: { code } });
  });

  it('ends at once with any other refusal', async () => {
    const { error } = await waited(STARTING, [{ status: 403, code: 'forbidden' }]);
    expect(error).toMatchObject({ name: 'Refused', code: 'forbidden' });
  });

  it('ends when the caller gives up', async () => {
    const controller = new AbortController();
    const why = new Error('enough');
    const onStarting = () => {
      controller.abort(why);
    };
    const { error, attempts } = await waited(STARTING, [], { onStarting, signal: controller.signal });
    expect(error).toBe(why);
    expect(attempts).toEqual([]);
  });
});
