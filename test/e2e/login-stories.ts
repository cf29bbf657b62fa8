import { describe, expect, it } from '@jest/globals';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import { describeOnVms } from '../support/vms/describe-on-vms.ts';
import { leaseOf, vmOf } from './bodies.ts';
import { OLIVIA } from './callers.ts';
import { vmPool } from './command-line.ts';
import type { RunningEnvironment } from './environment.ts';
import { described, newKeyPair } from './key-pair.ts';
import type { Lab } from './lab.ts';
import { BOXES, DESKS, ENROLLED } from './lab.ts';
import { logLines } from './log-lines.ts';
import { runSchedule } from './schedule.ts';
import type { OpenedVm } from './ssh.ts';
import { openedVm, REFUSED, ssh } from './ssh.ts';
import { vmView, vmViews } from './vm-states.ts';

type Running = () => RunningEnvironment;

/** What the stories of real VMs are about. */
export interface LoginGround {
  readonly running: Running;
  readonly account: () => EmulatedAws;
  readonly lab: () => Lab;
}

/** Users log in to VMs that exist. In the beginning the service has not checked any VM. */
export function loginStories(ground: LoginGround): void {
  describe('before their first users', () => {
    firstChecks(ground);
  });
  describe('opened by certificates', () => {
    certificateStories(ground);
  });
  describeOnVms('enrolled and cleaned', () => {
    cleaningStories(ground);
  });
  describe('opened by a stored key', () => {
    storedKeyStories(ground);
  });
  describe('while KMS refuses to sign', () => {
    refusingStories(ground);
  });
}

function firstChecks({ running, account }: LoginGround): void {
  it('are checked by the visitor, and wait for their first users', async () => {
    await runSchedule(account(), running());
    const ready = [...DESKS.slice(0, 3), ...Object.keys(BOXES)].sort();
    const views = (await vmViews(running())).filter(({ id }) => id !== ENROLLED);
    expect(views.map(({ id, state }) => [id, state])).toEqual(ready.map((id) => [id, 'free']));
    const visited = visits(running()).filter(({ ok }) => ok === true);
    expect(new Set(visited.map(({ vmId }) => vmId))).toEqual(new Set(ready));
  });

  it('can learn from GET /ca.pub whom to trust: the keys of the Terraform output', async () => {
    const { served, outputs } = running();
    const lines = (await (await fetch(`${served.url}/ca.pub`)).text()).trim().split('\n');
    const keys = lines.map((line) => line.split(' ').slice(0, 2).join(' '));
    expect(keys).toEqual(outputs.certificate_authority_public_keys);
  });
}

function certificateStories({ running, account }: LoginGround): void {
  const post = poster(running);
  let alices: OpenedVm;

  it('take the certificate that getvm answers, with nothing else', async () => {
    const granted = await post('/getvm', { userid: 'alice', pool: 'desk', minutes: 60 });
    alices = openedVm(granted);
    expect(alices).toMatchObject({ login: 'certificate', pool: 'desks', privateKey: expect.any(String) });
    expect(await ssh(alices, 'echo $((6 * 7))')).toMatchObject({ exitCode: 0, stdout: '42\n' });
    const { certificate = '' } = alices;
    expect(described(certificate)).toContain(`Key ID: "lease ${leaseOf(granted).id} alice"`);
  });

  it("take one for the user's own key, anew from connectvm", async () => {
    const { publicKey, privateKey } = newKeyPair();
    const own = openedVm(await post('/connectvm', { userid: 'alice', sshPublicKey: publicKey }));
    expect(own).toMatchObject({ id: alices.id, certificate: expect.any(String) });
    expect(own.privateKey).toBeUndefined();
    expect(await ssh(own, 'echo in', privateKey)).toMatchObject({ exitCode: 0, stdout: 'in\n' });
    expect(await ssh(own, 'echo in', newKeyPair().privateKey)).toMatchObject(REFUSED);
  });

  it("refuse the certificate of another user's VM", async () => {
    const bobs = openedVm(await post('/getvm', { userid: 'bob', pool: 'desks', minutes: 60 }));
    const { port, knownHosts } = bobs;
    expect(bobs.id).not.toBe(alices.id);
    expect(await ssh({ ...alices, port, knownHosts }, 'echo in')).toMatchObject(REFUSED);
    expect(await ssh(bobs, 'echo in')).toMatchObject({ exitCode: 0 });
  });

  it('are not free again while a certificate of the last user opens them', async () => {
    const last = openedVm(await post('/connectvm', { userid: 'alice' }));
    const released = await post('/releasevm', { userid: 'alice' });
    expect(released).toMatchObject({ status: 200, body: { vm: { id: last.id, state: 'checking' } } });
    await runSchedule(account(), running());
    expect(await ssh(last, 'echo in')).toMatchObject({ exitCode: 0, stdout: 'in\n' });
    const { state, dueAt = '', reason } = await vmView(running(), last.id);
    expect([state, reason]).toEqual(['checking', 'waits until no login certificate of an earlier lease opens it']);
    expect(Date.parse(dueAt)).toBeGreaterThan(Date.parse(last.certificateExpiresAt ?? ''));
  });
}

function cleaningStories({ running, lab }: LoginGround): void {
  const post = poster(running);

  it('are not lent before they are enrolled, and say so', async () => {
    const { state, reason } = await vmView(running(), ENROLLED);
    expect([state, reason]).toEqual(['quarantined', expect.stringContaining('run scripts/enroll')]);
    expect(await post('/getvm', { userid: 'carol' })).toMatchObject({ status: 503, body: { code: 'pool_empty' } });
  });

  it('are lent once what scripts/enroll prints has run there', async () => {
    await lab().enroll(running().served.url);
    const order = { reason: 'enrolled' };
    const returned = await running().client.as(OLIVIA).post(`/vms/${ENROLLED}/return`, order);
    expect(returned).toMatchObject({ status: 200, body: { vm: { id: ENROLLED, state: 'free' } } });
  });

  it('end sessions with the lease, refuse its certificates, and show nothing of it to the next user', async () => {
    const carols = openedVm(await post('/getvm', { userid: 'carol' }));
    const leaves = "echo hers >note; echo '* * * * * true' | crontab -; setsid sleep 7001 >/dev/null 2>&1 &";
    expect(await ssh(carols, leaves)).toMatchObject({ exitCode: 0 });
    const session = ssh(carols, 'touch open; exec sleep 600');
    await untilThere(carols, 'open');

    expect(await post('/releasevm', { userid: 'carol' })).toMatchObject({ body: { vm: { state: 'free' } } });
    expect((await session).exitCode).not.toBe(0);
    expect(await ssh(carols, 'true')).toMatchObject(REFUSED);

    const daves = openedVm(await post('/getvm', { userid: 'dave' }));
    expect(daves.id).toBe(carols.id);
    const look = 'ls note open 2>/dev/null; crontab -l 2>/dev/null; pgrep -u "$USER" sleep; true';
    expect(await ssh(daves, look)).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await post('/releasevm', { userid: 'dave' })).toMatchObject({ body: { vm: { state: 'free' } } });
  });

  it('let in who uses the command line, and are free again after its session', async () => {
    const words = ['ssh', '--release', '--', 'echo $((6 * 7))'];
    expect(await vmPool(running(), 'ivan', words)).toMatchObject({ exitCode: 0, stdout: '42\n' });
    expect(await vmPool(running(), 'ivan', ['show'])).toMatchObject({ exitCode: 4 });
    expect(await vmView(running(), ENROLLED)).toMatchObject({ state: 'free' });
  });
}

function storedKeyStories({ running, lab }: LoginGround): void {
  const post = poster(running);

  it('take the key of an SSM parameter or of a secret, which the answer calls a shared one', async () => {
    const vms: OpenedVm[] = [];
    for (const userid of ['erin', 'frank']) vms.push(openedVm(await post('/getvm', { userid, pool: 'boxes' })));
    expect(vms.map(({ id }) => id).sort()).toEqual(Object.keys(BOXES));
    for (const vm of vms) {
      expect(vm).toMatchObject({ login: 'shared-key', pool: 'boxes' });
      expect(vm.certificate).toBeUndefined();
      expect(vm.privateKey?.trim()).toBe(lab().storedKey.privateKey.trim());
      expect(await ssh(vm, 'echo in')).toMatchObject({ exitCode: 0, stdout: 'in\n' });
    }
  });

  it('are lent again once the visitor has checked them', async () => {
    const before = visits(running()).length;
    const released = await post('/releasevm', { userid: 'erin' });
    expect(released).toMatchObject({ status: 200, body: { vm: { state: 'free' } } });
    const { id } = vmOf(released);
    expect(visits(running()).slice(before)).toEqual([
      expect.objectContaining({ vmId: id, kind: 'host-key', ok: true }),
    ]);
    expect(openedVm(await post('/getvm', { userid: 'grace', pool: 'boxes' })).id).toBe(id);
  });
}

function refusingStories({ running, account }: LoginGround): void {
  const post = poster(running);
  const kms = (action: string) => {
    const [, KeyId] = running().deployed.settings.variables.CERTIFICATE_AUTHORITY?.split('/') ?? [];
    return account().act('kms', `TrentService.${action}`, { KeyId });
  };

  it('answer 503 with access_unavailable, and keep the lease for a later login', async () => {
    await kms('DisableKey');
    try {
      const refused = await post('/getvm', { userid: 'gina', pool: 'desks', minutes: 60 });
      expect(refused).toMatchObject({ status: 503, body: { code: 'access_unavailable' } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      const held = (await vmViews(running())).filter(({ userid }) => userid === 'gina');
      expect(held).toEqual([expect.objectContaining({ pool: 'desks', state: 'leased' })]);
      expect(await post('/connectvm', { userid: 'gina' })).toMatchObject({ status: 503 });
    } finally {
      await kms('EnableKey');
    }
    const shown = await running().client.get('/lease?userid=gina');
    expect(await ssh(openedVm(shown), 'echo in')).toMatchObject({ exitCode: 0, stdout: 'in\n' });
    expect(vmOf(shown).id).toMatch(/^desk-/);
  });
}

function poster(running: Running) {
  return (path: string, parameters: Record<string, unknown>) => running().client.post(path, parameters);
}

/** Log lines of the visitor about visits. */
function visits({ visitor }: RunningEnvironment): Record<string, unknown>[] {
  if (visitor === undefined) throw new Error('the environment has no visitor');
  return logLines(visitor.deployed).filter(({ message }) => message === 'visited a VM');
}

/** Waits until a file of the user is there. */
async function untilThere(vm: OpenedVm, file: string): Promise<void> {
  const { exitCode } = await ssh(vm, `for i in $(seq 100); do [ -e ${file} ] && exit; sleep 0.1; done; exit 1`);
  if (exitCode !== 0) throw new Error(`${file} never came`);
}
