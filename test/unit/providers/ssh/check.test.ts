import { describe, expect, it } from '@jest/globals';
import { isHostKeyReason } from '../../../../lambda/pool/life.ts';
import { AccessUnavailable } from '../../../../lambda/pool/refusals.ts';
import type { VisitReport } from '../../../../lambda/pool/visit.ts';
import { fingerprintOf } from '../../../../lambda/providers/inventory/host-key.ts';
import {
  CERTIFICATE_POOL,
  HOST_KEY,
  inventoryText,
  newHostKey,
  STORED_KEY_POOL,
  vmEntry,
} from '../../../support/providers/inventory.ts';
import {
  checkingStatus,
  START_MS,
  START_SEC,
  staticWorld,
  verdictOn,
  vmOf,
} from '../../../support/providers/static-world.ts';

/** A world with one VM, whose pool has these fields changed. */
function worldOf(pool: object, vm: object = {}, hasKeys = true) {
  return staticWorld(inventoryText([vmEntry(vm)], { default: { ...CERTIFICATE_POOL, ...pool } }), { hasKeys });
}

const PLACE = { vm: { id: 'vm-01', ip: '192.0.2.11', port: 22 }, hostKeys: [HOST_KEY] };

describe('a check', () => {
  it('passes without a visit where the pool wants none', async () => {
    const world = worldOf({ check: 'none', reset: 'none' });
    expect(await verdictOn(world, 'vm-01')).toEqual({ passed: true });
    expect(world.visits).toEqual([]);
  });

  it.each(['banner', 'host-key'] as const)('by %s visits without a credential', async (check) => {
    const world = worldOf({ check, reset: 'none' }, { hostKeys: [`${HOST_KEY} root@vm-01`] });
    expect(await verdictOn(world, 'vm-01')).toEqual({ passed: true });
    expect(world.visits).toEqual([{ ...PLACE, kind: check, limitMs: 4_500 }]);
    expect(world.wishes).toEqual([]);
  });

  it.each([
    { what: 'a reset', pool: { check: 'none', reset: 'command' }, command: `clean ${START_MS}` },
    {
      what: 'a reset that is the check too',
      pool: { check: 'command', reset: 'command' },
      command: `clean ${START_MS}`,
    },
    { what: 'a check', pool: { check: 'command', reset: 'none' }, command: `check ${START_MS}` },
  ])("runs the cleaner as root for $what, under the service's own certificate", async ({ pool, command }) => {
    const world = worldOf(pool);
    expect(await verdictOn(world, 'vm-01')).toEqual({ passed: true });
    expect(world.wishes).toEqual([
      {
        principal: 'service@vm-01',
        keyId: 'vm-pool service vm-01',
        serial: START_MS,
        validAfterSec: START_SEC - 60,
        validBeforeSec: START_SEC + 60,
        extensions: [],
      },
    ]);
    expect(world.visits).toEqual([
      { ...PLACE, kind: 'command', limitMs: 18_000, login: expect.objectContaining({ username: 'root', command }) },
    ]);
  });

  it('takes from its visit the time that the certificate took', async () => {
    const world = worldOf({ checkTimeoutSeconds: 10 });
    world.beforeCertificate = () => {
      world.nowMs += 3_000;
    };
    await verdictOn(world, 'vm-01');
    expect(world.visits).toMatchObject([{ limitMs: 6_000 }]);
  });

  it.each([
    { what: 'a VM that is down', report: { ok: false, reason: "can't be reached (connecting)" } as const },
    { what: 'a VM whose reason could forge a log', report: { ok: false, reason: 'a\nb' } as const },
  ])('fails $what with the reason, made printable', async ({ report }) => {
    const world = worldOf({});
    world.report = report;
    expect(await verdictOn(world, 'vm-01')).toEqual({ passed: false, reason: report.reason.replace('\n', '?') });
  });

  it.each(['key', 'fingerprint'])(
    'names the wrong host key that a VM shows, as a %s, and the right ones',
    async (form) => {
      const [other, second] = [newHostKey(), newHostKey()];
      const world = worldOf({}, { hostKeys: [HOST_KEY, second] });
      const wrongHostKey = form === 'key' ? other : fingerprintOf(other);
      world.report = { ok: false, reason: 'wrong host key', wrongHostKey };
      const verdict = await verdictOn(world, 'vm-01');
      const expected = [HOST_KEY, second].map(fingerprintOf).join(' or ');
      const reason = `wrong host key: the VM shows ${fingerprintOf(other)}, expected ${expected}`;
      expect(verdict).toEqual({ passed: false, reason });
      expect(isHostKeyReason(reason)).toBe(true);
    },
  );

  it('says how to enroll a VM that refuses the certificate', async () => {
    const world = worldOf({});
    world.report = { ok: false, reason: 'refuses the log-in as root' };
    expect(await verdictOn(world, 'vm-01')).toEqual({
      passed: false,
      reason:
        "the VM refuses the service's certificate: it is not enrolled (run scripts/enroll for it), or its clock is more " +
        'than a minute wrong ' +
        '(refuses the log-in as root)',
    });
  });

  it.each([
    {
      what: 'the visitor is away',
      fault: { report: new Error('lambda did not answer') },
      why: 'lambda did not answer',
    },
    { what: 'KMS is away', fault: { authorityFault: new AccessUnavailable('kms throttles') }, why: 'kms throttles' },
  ])('blames no VM when $what: it waits a day at most', async ({ fault, why }) => {
    const world = Object.assign(worldOf({}), fault);
    expect(await verdictOn(world, 'vm-01')).toEqual(waiting(why));
  });

  it('blames no VM when the service has no certificate authority', async () => {
    const world = worldOf({}, {}, false);
    expect(await verdictOn(world, 'vm-01')).toEqual(waiting('no certificate authority is set (CERTIFICATE_AUTHORITY)'));
  });

  it('needs no certificate authority for a look from outside', async () => {
    const world = staticWorld(inventoryText([vmEntry({ storedKey: 'ssm:/vm-01' })], { default: STORED_KEY_POOL }), {
      hasKeys: false,
    });
    expect(await verdictOn(world, 'vm-01')).toEqual({ passed: true });
  });

  it('waits for an inventory that has the VM and its pool', async () => {
    const world = worldOf({});
    const vm = await vmOf(world, 'vm-01');
    const { signal } = new AbortController();
    for (const gone of [
      { ...vm, id: 'vm-02' },
      { ...vm, pool: 'lab' },
    ]) {
      const why = `${gone.id} or its pool ${gone.pool} is not in the inventory`;
      expect(await world.provider.check(checkingStatus(gone), { signal })).toEqual(waiting(why));
    }
    const unread = staticWorld('{}');
    const verdict = await unread.provider.check(checkingStatus(vm), { signal });
    expect(verdict).toEqual(waiting('vm-01 or its pool default is not in the inventory'));
  });

  it('ends with the reason of its signal, even if that was aborted before', async () => {
    const world = worldOf({});
    world.report = () => new Promise<VisitReport>(() => undefined);
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(verdictOn(world, 'vm-01', signal)).rejects.toThrow('too late');
  });
});

function waiting(why: string): object {
  return { waitingFor: `the service can't check the VM now: ${why}`, againInSec: 30, withinSec: 86_400 };
}
