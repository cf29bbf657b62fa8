import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ApiClient } from '../../../scripts/lib/api-client/client.ts';
import { identityFor } from '../../../scripts/lib/client/identity.ts';
import { borrowAndRelease } from '../../../scripts/lib/smoke-test/canary.ts';
import { meet } from '../../../scripts/lib/smoke-test/deployment.ts';
import { StepFailed } from '../../../scripts/lib/smoke-test/step.ts';
import type { Behaviour, Call, Reply } from '../../support/api/fake-deployment.ts';
import { CALLER, fakeDeployment } from '../../support/api/fake-deployment.ts';
import { someVms } from '../../support/pool/lending.ts';

type Deployment = Awaited<ReturnType<typeof fakeDeployment>>;

const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

/** Runs the canary; its time passes only while it waits. */
async function fly(behaviour: Behaviour, prepare?: (deployment: Deployment) => Promise<unknown>) {
  const deployment = await fakeDeployment(behaviour);
  closings.push(deployment.close);
  const { url, behind, calls } = deployment;
  await prepare?.(deployment);
  const lines: string[] = [];
  let waitedMs = 0;
  const ports = {
    clock: () => behind.clock.read() + waitedMs,
    sleep: async (ms: number) => {
      waitedMs += ms;
      await setImmediate();
    },
    say: (line: string) => lines.push(line),
  };
  const attempt = async () => {
    const signIn = await meet(url, ports);
    const api = new ApiClient(url, await identityFor(signIn, url, { env: CALLER }));
    return borrowAndRelease({ api, who: signIn.authorization === 'none' ? { userid: 'canary-1' } : {} }, ports);
  };
  const outcome = await attempt().catch((error: unknown) => {
    if (!(error instanceof StepFailed)) throw error;
    return 'failed' as const;
  });
  const pool = (await (await fetch(`${behind.url}/pool`)).json()) as { pools: Record<string, { leased: number }> };
  return { outcome, lines, waitedMs, calls, leased: pool.pools.default?.leased };
}

const failing = (lines: string[]) => lines.filter((line) => line.startsWith('FAILED'));

describe('the canary', () => {
  it('lets in a key that nobody has, the same for a repetition: some VMs take no other', async () => {
    const { calls } = await fly({ guard: 'none' });
    const keys = calls.filter(({ route }) => route === 'POST /getvm').map(({ parameters }) => parameters.sshPublicKey);
    expect(keys).toEqual([keys[0], keys[0]]);
    expect(keys[0]).toMatch(/^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}$/);
  });

  it.each([{ guard: 'none' }, { guard: 'iam' }, { guard: 'jwt' }] as const)(
    'borrows and releases where authorization is $guard',
    async ({ guard }) => {
      const { outcome, lines, leased, calls } = await fly({ guard });
      expect({ outcome, leased, failing: failing(lines) }).toEqual({ outcome: true, leased: 0, failing: [] });
      expect(calls.map(({ route }) => route)).toEqual([
        'GET /health',
        'GET /sign-in',
        'POST /getvm',
        'GET /lease',
        'POST /getvm',
        'POST /releasevm',
        'GET /lease',
      ]);
      const names = calls.slice(2).map(({ parameters }) => parameters.userid);
      expect(new Set(names)).toEqual(new Set([guard === 'none' ? 'canary-1' : undefined]));
    },
  );

  it('passes over an empty pool, and says so', async () => {
    const takeAll = async ({ behind: { url } }: Deployment) => borrowAs(url, 'alice', 60);
    const { outcome, lines, leased } = await fly({ guard: 'none', vms: someVms(1) }, takeAll);
    expect({ outcome, leased }).toEqual({ outcome: false, leased: 1 });
    expect(lines.at(-1)).toMatch(/^ok {6}POST \/getvm: the pool is empty/);
  });

  it('releases what an earlier canary left', async () => {
    const { outcome, lines } = await fly({ guard: 'none' }, ({ behind }) => borrowAs(behind.url, 'canary-1', 1));
    expect(outcome).toBe(true);
    expect(lines).toContainEqual(expect.stringMatching(/an earlier canary left vm-/));
  });

  it('leaves a longer lease alone: its holder works with the VM', async () => {
    const { outcome, lines, leased } = await fly({ guard: 'none' }, ({ behind }) =>
      borrowAs(behind.url, 'canary-1', 60),
    );
    expect({ outcome, leased }).toEqual({ outcome: 'failed', leased: 1 });
    expect(failing(lines)).toEqual([expect.stringMatching(/POST \/getvm: expected .*; got 409 already_allocated/)]);
  });

  it('waits for a deployment that is not ready', async () => {
    const early: Reply[] = [
      { status: 404, body: { message: 'Not Found' } },
      { status: 500, body: { message: 'Internal Server Error' } },
      { status: 403, body: { message: 'Forbidden' } },
    ];
    const { outcome, waitedMs } = await fly({ guard: 'iam', reply: (_, index) => early[index] });
    expect({ outcome, waitedMs }).toEqual({ outcome: true, waitedMs: 7_000 });
  });

  it('gives up after a minute', async () => {
    const { outcome, lines, waitedMs } = await fly({ guard: 'none', reply: () => ({ status: 503 }) });
    expect(outcome).toBe('failed');
    expect(waitedMs).toBeLessThanOrEqual(60_000);
    expect(lines).toEqual(['FAILED  GET /health: expected 200; got 503']);
  });

  it('reports a refusal of the service at once, with its requestId', async () => {
    const body = { code: 'internal', detail: 'a fault', requestId: 'r-1' };
    const reply = ({ route }: Call) => (route === 'POST /getvm' ? { status: 500, body } : undefined);
    const { lines, waitedMs } = await fly({ guard: 'none', reply });
    expect(waitedMs).toBe(0);
    expect(lines.at(-1)).toBe(
      'FAILED  POST /getvm: expected 200 with a lease, or the short lease of an earlier canary; got 500 internal "a fault" requestId r-1',
    );
  });

  it('releases what it borrowed whatever fails in between', async () => {
    const wrong = fc.constantFrom<Reply>(
      { status: 500, body: { code: 'internal' } },
      { status: 200, body: {} },
      { status: 404, body: { code: 'no_lease' } },
      { status: 503, body: { message: 'Service Unavailable' } },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 3, max: 4 }), wrong, async (failingCall, bad) => {
        const reply = ({ route }: Call, index: number) =>
          index >= failingCall && route !== 'POST /releasevm' ? bad : undefined;
        const { outcome, leased, lines } = await fly({ guard: 'none', reply });
        expect({ outcome, leased, failures: failing(lines).length }).toEqual({
          outcome: 'failed',
          leased: 0,
          failures: 1,
        });
      }),
      { numRuns: 12 },
    );
  });

  it('tries to release again when the release failed', async () => {
    let refused = 0;
    const reply = ({ route }: Call) =>
      route === 'POST /releasevm' && refused++ === 0 ? { status: 500, body: { code: 'internal' } } : undefined;
    const { outcome, leased } = await fly({ guard: 'none', reply });
    expect({ outcome, leased }).toEqual({ outcome: 'failed', leased: 0 });
  });
});

async function borrowAs(url: string, userid: string, minutes: number): Promise<void> {
  const body = JSON.stringify({ userid, minutes });
  const { status } = await fetch(`${url}/getvm`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  expect(status).toBe(200);
}
