import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { FakeAws } from '../../support/vms/fake-aws.ts';
import { RealService } from '../../support/vms/real-service.ts';
import type { OwnKey } from '../../support/vms/ssh-user.ts';
import { SshUsers } from '../../support/vms/ssh-user.ts';
import { SshdFleet } from '../../support/vms/sshd-fleet.ts';

const POOL = { access: 'stored-key', check: 'host-key', reset: 'none' };

let aws: FakeAws;
let fleet: SshdFleet;
let service: RealService;
let users: SshUsers;
let stored: OwnKey;

beforeAll(async () => {
  [aws, fleet, users] = await Promise.all([FakeAws.start(), SshdFleet.start(), SshUsers.start()]);
  stored = await users.ownKey('-t', 'ed25519');
  const file = path.join(users.folder, 'authorized_keys');
  await writeFile(file, `${stored.publicKey}\n`);
  const { id, address, port, username, hostKeys } = await fleet.add({
    id: 'vm-01',
    config: [`AuthorizedKeysFile ${file}`],
  });
  const vms = [{ id, address, port, username, hostKeys, storedKey: 'ssm:/lab/vm-01' }];
  service = await RealService.start(() => ({ pools: { default: POOL }, vms }), aws.variables);
  expect(await service.settled(id)).toMatchObject({ state: 'free' });
}, 60_000);

afterAll(async () => {
  await Promise.all([service.stop(), fleet.stop(), users.stop(), aws.stop()]);
});

it('opens a VM that is not enrolled by the key that is stored for it, to one user after another', async () => {
  aws.secrets.set('/lab/vm-01', await readFile(stored.file, 'utf8'));
  const first = await service.borrow('alice');
  expect(first.vm.login).toBe('shared-key');
  const credential = await users.save(first);
  expect(await users.ssh(credential, ['echo in'])).toMatchObject({ exitCode: 0, stdout: 'in\n' });
  await service.release('alice');
  expect(await service.settled('vm-01')).toMatchObject({ state: 'free' });
  expect(await users.ssh(await users.save(await service.borrow('bob')), ['echo in'])).toMatchObject({ stdout: 'in\n' });
  // What "shared-key" warns of: no release takes such a key back.
  expect(await users.ssh(credential, ['echo in'])).toMatchObject({ stdout: 'in\n' });
});
