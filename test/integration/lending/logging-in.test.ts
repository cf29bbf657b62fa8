import { once } from 'node:events';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sshd } from '../../../scripts/lib/vms/sshd.ts';
import type { GrantBody } from '../../support/vms/real-service.ts';
import { granted, RealService } from '../../support/vms/real-service.ts';
import type { OwnKey } from '../../support/vms/ssh-user.ts';
import { SshUsers } from '../../support/vms/ssh-user.ts';
import { SshdFleet } from '../../support/vms/sshd-fleet.ts';

const POOL = { access: 'certificate', check: 'host-key', reset: 'none' };
const POOLS = { default: POOL, tunnels: { ...POOL, portForwarding: true, aliases: ['forwarding'] } };
const REFUSED = { exitCode: 255, stderr: expect.stringContaining('Permission denied') };

let service: RealService;
let fleet: SshdFleet;
let users: SshUsers;

beforeAll(async () => {
  [users, fleet] = await Promise.all([SshUsers.start(), SshdFleet.start()]);
  service = await RealService.start(async (trustedKeys) => {
    const config = ['AllowTcpForwarding yes'];
    for (const id of ['vm-01', 'vm-02', 'tunnel-01']) await fleet.add({ id, trustedKeys, config });
    return { pools: POOLS, vms: fleet.vms.map(entryOf) };
  });
  await service.tick();
}, 60_000);

afterAll(async () => {
  await Promise.all([service.stop(), fleet.stop(), users.stop()]);
});

beforeEach(() => {
  service.clockAheadSec = 0;
});

function entryOf({ id, address, port, username, hostKeys }: Sshd): object {
  return { id, pool: id.startsWith('tunnel') ? 'tunnels' : 'default', address, port, username, hostKeys };
}

/** Lets somebody borrow, and gives the VM back for the next test. */
async function borrowing<Result>(wish: object, use: (grant: GrantBody) => Promise<Result>): Promise<Result> {
  const grant = await service.borrow('alice', wish);
  try {
    return await use(grant);
  } finally {
    service.clockAheadSec = 0;
    await service.release('alice');
    service.clockAheadSec = 400;
    await service.settled(grant.vm.id);
    service.clockAheadSec = 0;
  }
}

describe('what getvm answers', () => {
  it('gets a shell on the VM, and on no other', async () => {
    await borrowing({}, async (grant) => {
      const credential = await users.save(grant);
      expect(grant.vm.login).toBe('certificate');
      expect(await users.ssh(credential, [], 'echo "I am $(id -un)"; exit 3\n')).toMatchObject({
        exitCode: 3,
        stdout: expect.stringContaining(`I am ${grant.vm.username}\n`),
      });
      const other = fleet.vms.find(({ id }) => id !== grant.vm.id && id.startsWith('vm-'));
      const elsewhere = { ...grant.vm, port: other?.port ?? 0 };
      const knownHosts = other?.hostKeys.map((key) => `[127.0.0.1]:${String(other.port)} ${key}`) ?? [];
      expect(await users.ssh(await users.save({ vm: { ...elsewhere, knownHosts } }), ['true'])).toMatchObject(REFUSED);
    });
  });

  it('lets ssh refuse a VM with another host key', async () => {
    await borrowing({}, async ({ vm }) => {
      const [other] = fleet.vms.filter(({ id }) => id !== vm.id).flatMap(({ hostKeys }) => hostKeys);
      const knownHosts = [`[127.0.0.1]:${String(vm.port)} ${String(other)}`];
      expect(await users.ssh(await users.save({ vm: { ...vm, knownHosts } }), ['true'])).toMatchObject({
        exitCode: 255,
        stderr: expect.stringContaining('Host key verification failed'),
      });
    });
  });

  it.each([
    ['-t', 'ed25519'],
    ['-t', 'ecdsa', '-b', '256'],
    ['-t', 'ecdsa', '-b', '521'],
    ['-t', 'rsa', '-b', '3072'],
  ])("opens the VM to the caller's own key, %s %s", async (...options) => {
    const key = await users.ownKey(...options);
    await borrowing({ sshPublicKey: key.publicKey }, async (grant) => {
      expect(grant.vm).not.toHaveProperty('privateKey');
      expect(await users.ssh(await users.save(grant, key), ['echo in'])).toMatchObject({ stdout: 'in\n' });
      const stranger: OwnKey = await users.ownKey('-t', 'ed25519');
      expect(await users.ssh(await users.save(grant, stranger), ['true'])).toMatchObject({ exitCode: 255 });
    });
  });

  it('opens nothing after five minutes, while GET /lease answers another', async () => {
    service.clockAheadSec = -298;
    const grant = await service.borrow('alice');
    const credential = await users.save(grant);
    const endMs = Date.parse(grant.vm.certificateExpiresAt ?? '');
    expect(endMs / 1000 - service.nowSec).toBeLessThanOrEqual(300);
    while (Date.now() <= endMs) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await users.ssh(credential, ['true'])).toMatchObject(REFUSED);
    service.clockAheadSec = 0;
    expect(
      await users.ssh(await users.save(granted(await service.call('GET /lease?userid=alice'))), ['true']),
    ).toMatchObject({
      exitCode: 0,
    });
    await service.release('alice');
    service.clockAheadSec = 400;
    expect(await service.settled(grant.vm.id)).toMatchObject({ state: 'free' });
  });
});

describe('connectvm and GET /lease', () => {
  it('answer a fresh credential each time, also for another key', async () => {
    const key = await users.ownKey('-t', 'ed25519');
    await borrowing({}, async (first) => {
      const second = granted(await service.call('POST /connectvm', { userid: 'alice' }));
      const third = granted(await service.call('GET /lease?userid=alice'));
      const own = granted(await service.call('POST /connectvm', { userid: 'alice', sshPublicKey: key.publicKey }));
      const grants = [first, second, third, own];
      expect(new Set(grants.map(({ vm }) => vm.certificate)).size).toBe(4);
      expect(new Set(grants.map(({ vm }) => vm.privateKey)).size).toBe(4);
      for (const grant of grants) {
        expect(grant.lease.id).toBe(first.lease.id);
        expect(await users.ssh(await users.save(grant, key), ['true'])).toMatchObject({ exitCode: 0 });
      }
    });
  });
});

describe('port forwarding', () => {
  let target: Server;
  beforeAll(async () => {
    target = createServer((socket) => socket.end('reached')).listen(0, '127.0.0.1');
    await once(target, 'listening');
  });
  afterAll(() => {
    target.close();
  });

  it.each([
    { pool: 'forwarding', found: { stdout: 'reached' } },
    {
      pool: 'default',
      found: { stdout: '', stderr: expect.stringMatching(/administratively prohibited|forwarding failed/) },
    },
  ])('is what the pool $pool says', async ({ pool, found }) => {
    await borrowing({ pool }, async (grant) => {
      const { port } = target.address() as { port: number };
      const credential = ['-W', `127.0.0.1:${String(port)}`, ...(await users.save(grant))];
      expect(await users.ssh(credential)).toMatchObject(found);
    });
  });
});

describe('a VM without a reset', () => {
  it('is lent again only when no certificate of the last lease opens it', async () => {
    service.clockAheadSec = -297;
    const grant = await service.borrow('alice', { pool: 'tunnels' });
    const credential = await users.save(grant);
    expect(await users.ssh(credential, ['true'])).toMatchObject({ exitCode: 0 });
    const { body } = await service.release('alice');
    expect(body.vm).toMatchObject({ state: 'checking' });
    expect(await service.vm(grant.vm.id)).toMatchObject({
      reason: 'waits until no login certificate of an earlier lease opens it',
    });
    const endSec = Date.parse(grant.vm.certificateExpiresAt ?? '') / 1000;
    // The VM's clock may be a minute late: until then it may let the certificate in.
    while (service.nowSec < endSec + 55) {
      service.clockAheadSec += 20;
      await service.tick();
      if (service.nowSec < endSec + 60)
        expect((await service.call('POST /getvm', { userid: 'bob', pool: 'tunnels' })).body).toMatchObject({
          code: 'pool_empty',
        });
    }
    while (Date.now() <= endSec * 1000) await new Promise((resolve) => setTimeout(resolve, 100));
    service.clockAheadSec += 30;
    expect((await service.borrow('bob', { pool: 'tunnels' })).vm.id).toBe(grant.vm.id);
    expect(await users.ssh(credential, ['true'])).toMatchObject(REFUSED);
    service.clockAheadSec = 0;
    const fresh = granted(await service.call('POST /connectvm', { userid: 'bob' }));
    expect(await users.ssh(await users.save(fresh), ['true'])).toMatchObject({ exitCode: 0 });
  });
});
