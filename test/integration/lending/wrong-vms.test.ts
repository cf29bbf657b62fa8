import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { createCertificateAuthority } from '../../../lambda/access/certificate-authority.ts';
import type { CertificateWish } from '../../../lambda/pool/access.ts';
import { fingerprintOf } from '../../../lambda/providers/inventory/host-key.ts';
import { Sshd } from '../../../scripts/lib/vms/sshd.ts';
import { HostileServers } from '../../support/vms/hostile-servers.ts';
import type { InventoryParts } from '../../support/vms/real-service.ts';
import { RealService } from '../../support/vms/real-service.ts';
import { createImpostor } from '../../support/vms/ssh-impostor.ts';
import { SshUsers } from '../../support/vms/ssh-user.ts';

const ID = 'vm-01';
const POOL = { access: 'certificate', check: 'host-key', reset: 'none', leaseMaxMinutes: 1 };
const NOW_SEC = Math.floor(Date.now() / 1000);
const REFUSED = { exitCode: 255, stderr: expect.stringContaining('Permission denied') };

let service: RealService;
let users: SshUsers;
let vm: Sshd;

beforeAll(async () => {
  users = await SshUsers.start();
});

afterAll(async () => {
  await users.stop();
});

beforeEach(async () => {
  service = await RealService.start(async (trustedKeys) => {
    vm = await Sshd.start({ id: ID, folder: path.join(users.folder, randomUUID()), trustedKeys });
    return inventory(vm.hostKeys);
  });
  expect(await service.settled(ID)).toMatchObject({ state: 'free' });
});

afterEach(async () => {
  await Promise.all([service.stop(), vm.stop()]);
});

function inventory(hostKeys: readonly string[]): InventoryParts {
  const { port, username } = vm;
  return { pools: { default: POOL }, vms: [{ id: ID, address: '127.0.0.1', port, username, hostKeys }] };
}

/** Starts the server of the VM again. @param isNew - with another host key */
async function restart(isNew: boolean): Promise<void> {
  const { port, logFile } = vm;
  const folder = path.dirname(logFile);
  await vm.stop();
  if (isNew) await rm(path.join(folder, 'host_key_ed25519'));
  vm = await Sshd.start({ id: ID, folder, trustedKeys: service.trustedKeys, port });
}

/** A lease ends, and so do its certificates. */
async function leaseEnds(): Promise<void> {
  service.clockAheadSec += 130;
  await service.tick();
}

async function putBack(hostKey?: string): Promise<object> {
  const wish = { reason: 'looked after', ...(hostKey !== undefined && { hostKey }) };
  return (await service.call<object>(`POST /vms/${ID}/return`, wish)).body;
}

it('quarantines a VM that is down at the end of its lease, and takes it back when it is up', async () => {
  await service.borrow('alice');
  await vm.stop();
  await leaseEnds();
  expect(await service.settled(ID)).toMatchObject({
    state: 'quarantined',
    reason: 'refuses the connection (connecting)',
  });
  await restart(false);
  await putBack();
  expect(await service.settled(ID)).toMatchObject({ state: 'free' });
});

it('tries a VM again that is only away for a moment', async () => {
  await service.stop();
  const variables = { CHECK_MAX_FAILURES: '3', CHECK_BACKOFF_SECONDS: '30' };
  service = await RealService.start(() => inventory(vm.hostKeys), variables);
  await service.settled(ID);
  await service.borrow('alice');
  await vm.stop();
  await leaseEnds();
  await service.tick();
  const reason = 'refuses the connection (connecting)';
  expect(await service.vm(ID)).toMatchObject({ state: 'checking', failures: 1, reason });
  expect((await service.events(ID))[0]).toMatchObject({ kind: 'check_failed', reason });
  await restart(false);
  await service.tick();
  expect(await service.vm(ID)).toMatchObject({ state: 'checking', failures: 1 });
  service.clockAheadSec += 31;
  expect(await service.settled(ID)).toMatchObject({ state: 'free', failures: 0 });
});

it('lends a VM whose host key has changed only when an operator names the new key', async () => {
  const [known = ''] = vm.hostKeys;
  const credential = await users.save(await service.borrow('alice'));
  await restart(true);
  const [shown = ''] = vm.hostKeys;
  expect(await users.ssh(credential, ['true'])).toMatchObject({
    exitCode: 255,
    stderr: expect.stringContaining('Host key verification failed'),
  });
  await leaseEnds();
  expect(await service.settled(ID)).toMatchObject({
    state: 'quarantined',
    reason: `wrong host key: the VM shows ${fingerprintOf(shown)}, expected ${fingerprintOf(known)}`,
  });
  const refusal = { code: 'host_key_changed', hostKeys: [fingerprintOf(known)] };
  expect(await putBack()).toMatchObject(refusal);
  expect(await putBack(fingerprintOf(shown))).toMatchObject(refusal);
  await service.write(inventory([shown]));
  await service.tick();
  expect(await putBack(fingerprintOf(known))).toMatchObject({ ...refusal, hostKeys: [fingerprintOf(shown)] });
  expect(await service.vm(ID)).toMatchObject({ state: 'quarantined' });
  expect(await putBack(fingerprintOf(shown))).toMatchObject({ vm: { id: ID } });
  expect(await service.settled(ID)).toMatchObject({ state: 'free' });
  service.clockAheadSec = 0;
  expect(await users.ssh(await users.save(await service.borrow('bob')), ['true'])).toMatchObject({ exitCode: 0 });
});

it.each(['host-key', 'command'] as const)('sends no credential to a man in the middle: %s', async (check) => {
  await service.stop();
  const hostile = new HostileServers();
  const impostor = await createImpostor(() => undefined);
  const port = await hostile.start(impostor.serve);
  const pool = { ...POOL, check, reset: check === 'command' ? 'command' : 'none' };
  const vms = [{ id: ID, address: '127.0.0.1', port, username: 'tester', hostKeys: vm.hostKeys }];
  service = await RealService.start(() => ({ pools: { default: pool }, vms }));
  expect(await service.settled(ID)).toMatchObject({
    state: 'quarantined',
    reason: expect.stringContaining(`wrong host key: the VM shows ${fingerprintOf(impostor.hostKey)}, expected`),
  });
  expect(impostor.logIns).toEqual([]);
  expect((await service.call('POST /getvm', { userid: 'alice' })).body).toMatchObject({ code: 'pool_empty' });
  hostile.stop();
});

it.each<{ certificate: string; key?: string; says?: Partial<CertificateWish>; found: Record<string, unknown> }>([
  { certificate: 'for the VM', found: { exitCode: 0 } },
  { certificate: 'for another VM', says: { principal: 'vm-02' }, found: REFUSED },
  { certificate: "for the service's own way in", says: { principal: `service@${ID}` }, found: REFUSED },
  { certificate: 'of another authority', key: 'another.pem', found: REFUSED },
  { certificate: 'that has expired', says: { validBeforeSec: NOW_SEC - 1 }, found: REFUSED },
  { certificate: 'that is not valid yet', says: { validAfterSec: NOW_SEC + 200 }, found: REFUSED },
])('opens the VM or not, by a certificate $certificate', async ({ key = 'authority.pem', says, found }) => {
  const authority = await createCertificateAuthority({ key: path.join(service.folder, key) });
  const wish = { principal: ID, keyId: 'a test', serial: 1, extensions: [] };
  const made = await authority.certify({
    ...wish,
    validAfterSec: NOW_SEC - 60,
    validBeforeSec: NOW_SEC + 300,
    ...says,
  });
  const { vm: lent } = await service.borrow('alice');
  expect(await users.ssh(await users.save({ vm: { ...lent, ...made } }), ['true'])).toMatchObject(found);
});
