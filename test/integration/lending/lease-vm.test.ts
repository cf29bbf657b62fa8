import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Job, until } from '../../support/actions/job.ts';
import { ran } from '../../support/vms/namespace-vm.ts';
import { RealService } from '../../support/vms/real-service.ts';
import { SshdFleet } from '../../support/vms/sshd-fleet.ts';

const HURRY = `--import=${path.resolve('test/support/actions/hurry.mjs')}`;
const POOLS = { default: { access: 'certificate', check: 'host-key', reset: 'none' } };

let service: RealService;
let fleet: SshdFleet;

beforeAll(async () => {
  fleet = await SshdFleet.start();
  service = await RealService.start(async (trustedKeys) => {
    const { id, address, port, username, hostKeys } = await fleet.add({ id: 'vm-01', trustedKeys });
    return { pools: POOLS, vms: [{ id, address, port, username, hostKeys }] };
  });
  await service.tick();
});

afterAll(async () => {
  await Promise.all([service.stop(), fleet.stop()]);
});

it('lease-vm writes a configuration with which ssh logs in, by a fresh certificate all the time', async () => {
  const job = await Job.start('.github/actions/lease-vm', { url: service.url, user: 'rig', wait: '0' });
  expect(await job.run('main', { env: { NODE_OPTIONS: HURRY } })).toMatchObject({ code: 0 });
  const { VM_SSH_CONFIG = '', VM_USER } = job.variables;
  const whoami = () => ran('ssh', ['-F', VM_SSH_CONFIG, '-o', 'BatchMode=yes', 'vm-pool', 'whoami']);
  const certificate = () => readFile(path.join(path.dirname(VM_SSH_CONFIG), 'cert.pub'), 'utf8');
  const first = await certificate();
  expect(await whoami()).toMatchObject({ exitCode: 0, stdout: `${VM_USER}\n` });
  await until(async () => (await certificate()) !== first);
  expect(await whoami()).toMatchObject({ exitCode: 0, stdout: `${VM_USER}\n` });
  expect(await job.run('post')).toMatchObject({ code: 0, log: expect.not.stringContaining('warning') });
  expect((await service.vm('vm-01')).state).toBe('checking');
  await job.end();
});
