import { once } from 'node:events';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeOnVms } from '../../support/vms/describe-on-vms.ts';
import type { NamespaceVm } from '../../support/vms/namespace-vm.ts';
import { granted, RealService } from '../../support/vms/real-service.ts';
import { SshUsers } from '../../support/vms/ssh-user.ts';
import { bootVms, enroll, entryOf, LOGIN } from './enrolled-vms.ts';

const ID = 'vm-01';
const POOL = { access: 'certificate', check: 'command', reset: 'command', checkTimeoutSeconds: 20 };
const REFUSED = { exitCode: 255, stderr: expect.stringMatching(/Permission denied|Connection closed/) };

/** What a user without root can leave behind. Each line begins a thing that is still there when the user has gone. */
const LEAVE = [
  'echo secret >~/secret; echo secret >/tmp/secret; echo secret >/var/tmp/secret',
  'mkdir -p ~/.ssh; echo ssh-ed25519 AAAA >~/.ssh/authorized_keys; echo "echo trapped" >~/.bashrc',
  'echo "* * * * * echo secret >/tmp/cron" | crontab -',
  'nohup setsid sleep 3141 >/dev/null 2>&1 & true',
].join('\n');

/** Shows all that is left of somebody, and nothing else. */
const LOOK = [
  'cat ~/secret /tmp/secret /var/tmp/secret /tmp/cron ~/.ssh/authorized_keys 2>/dev/null',
  'crontab -l 2>/dev/null; pgrep -af "[s]leep 3141"; grep trapped ~/.bashrc',
  'echo looked',
].join('\n');

let vm: NamespaceVm;
let service: RealService;
let users: SshUsers;

describeOnVms('a VM whose pool resets by command', () => {
  beforeAll(async () => {
    users = await SshUsers.start();
    const [booted] = await bootVms([ID]);
    if (booted === undefined) throw new Error('no VM');
    vm = booted;
    service = await RealService.start(async () => ({ pools: { default: POOL }, vms: [await entryOf(vm)] }));
  }, 60_000);

  afterAll(async () => {
    await Promise.all([service.stop(), vm.off(), users.stop()]);
  });

  afterEach(async () => {
    service.clockAheadSec = 0;
    for (const user of ['alice', 'bob']) await service.release(user);
  });

  async function giveBack(): Promise<void> {
    const { status, body } = await service.call(`POST /vms/${ID}/return`, { reason: 'mended' });
    expect([status, body]).toEqual([200, expect.anything()]);
    expect(await service.settled(ID)).toMatchObject({ state: 'free' });
  }

  /** The clock of a VM of namespaces can't be set, that of the service can: a VM revokes what was signed before. */
  async function forgetRevoked(): Promise<void> {
    await vm.shell('cd /etc/ssh/vm-pool && rm -f krl.serial && ssh-keygen -q -k -f krl /dev/null');
  }

  it('is not lent before it is enrolled, and says what is missing', async () => {
    expect(await service.settled(ID)).toMatchObject({
      state: 'quarantined',
      reason: expect.stringMatching(/^the VM refuses the service's certificate.*scripts\/enroll/),
    });
    expect(await service.call('POST /getvm', { userid: 'alice' })).toMatchObject({ body: { code: 'pool_empty' } });
  });

  it('is lent once what scripts/enroll prints for the address of the API has run on it', async () => {
    await enroll(vm, '--ca', service.url, '--inventory', path.join(service.folder, 'vms.json'));
    await giveBack();
    const credential = await users.save(await service.borrow('alice'));
    expect(await users.ssh(['-tt', ...credential], ['tty; id -un; sudo -n true || echo no root'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\/dev\/pts\/\d+\r\ntester\r\n[^]*no root/),
    });
  });

  it('ends certificate and session of a user with the release, and shows nothing of them to the next', async () => {
    const credential = await users.save(await service.borrow('alice'));
    await users.ssh(credential, [LEAVE]);
    expect((await users.ssh(credential, [LOOK])).stdout).toMatch(/^trapped\nsecret\n[^]*\d sleep 3141\n/);
    const session = users.session(credential, 'echo here; sleep 3141');
    if (session.stdout === null) throw new Error('the session has no output');
    await once(session.stdout, 'data');
    const ended = once(session, 'exit');
    expect((await service.release('alice')).body.vm).toMatchObject({ state: 'free' });
    await ended;
    expect(await users.ssh(credential, ['true'])).toMatchObject(REFUSED);
    const next = await users.save(await service.borrow('bob'));
    expect(await users.ssh(next, [LOOK])).toMatchObject({ stdout: 'looked\n' });
    expect(await users.ssh(credential, ['true'])).toMatchObject(REFUSED);
  });

  it('makes certificates of a lease that was renewed or asked for again worthless too', async () => {
    const first = await service.borrow('alice');
    await service.call('POST /renewvm', { userid: 'alice', minutes: 600 });
    const grants = [first, granted(await service.call('POST /connectvm', { userid: 'alice' }))];
    const credentials = await Promise.all(grants.map((grant) => users.save(grant)));
    for (const each of credentials) expect(await users.ssh(each, ['true'])).toMatchObject({ exitCode: 0 });
    await service.call(`POST /vms/${ID}/release`, { reason: 'needed elsewhere' });
    expect(await service.settled(ID)).toMatchObject({ state: 'free' });
    for (const each of credentials) expect(await users.ssh(each, ['true'])).toMatchObject(REFUSED);
  });

  it('is quarantined, and shut, when its cleaner fails, until it is mended', async () => {
    const credential = await users.save(await service.borrow('alice'));
    const step = '/etc/ssh/vm-pool/clean.d/50-fails';
    await vm.shell(`printf '#!/bin/sh\\necho the disk is on fire\\nexit 1\\n' >${step} && chmod 755 ${step}`);
    expect((await service.release('alice')).body.vm).toMatchObject({ state: 'quarantined' });
    expect((await service.vm(ID)).reason).toMatch(
      /^the cleaner ended with 1 at "clean": .*50-fails failed with exit code 1: the disk is on fire$/,
    );
    expect((await service.events(ID))[0]).toMatchObject({
      kind: 'quarantined',
      reason: expect.stringContaining('50-fails'),
    });
    expect(await users.ssh(credential, ['true'])).toMatchObject(REFUSED);
    await vm.shell(`rm ${step}`);
    await giveBack();
  });

  it('waits for a cleaner that still runs, and is lent when it is clean', async () => {
    await service.write({ pools: { default: { ...POOL, checkTimeoutSeconds: 4 } }, vms: [await entryOf(vm)] });
    await service.tick();
    await service.borrow('alice');
    const step = '/etc/ssh/vm-pool/clean.d/50-hangs';
    await vm.shell(`printf '#!/bin/sh\\nexec sleep 60\\n' >${step} && chmod 755 ${step}`);
    expect((await service.release('alice')).body.vm).toMatchObject({ state: 'quarantined' });
    expect((await service.vm(ID)).reason).toMatch(/^took longer than 3\.6 s \(running the command\)/);
    // The service need not wait until the reset of before must be over.
    service.clockAheadSec = 20;
    await service.call(`POST /vms/${ID}/return`, { reason: 'try again' });
    expect(await service.vm(ID)).toMatchObject({
      state: 'checking',
      failures: 0,
      reason: 'the cleaner waits: another run has not ended yet',
    });
    expect((await service.events(ID))[0]).toMatchObject({ kind: 'waiting' });
    await vm.shell(`rm ${step}; pkill -f '^sleep 60$'`);
    service.clockAheadSec = 29;
    expect(await service.settled(ID)).toMatchObject({ state: 'free' });
  });

  it.each([
    { rule: 'a little behind', aheadSec: 45, reason: /^the clock of the VM is 4\d s behind; let NTP set it$/ },
    { rule: 'a little ahead', aheadSec: -45, reason: /^the clock of the VM is 4\d s ahead; let NTP set it$/ },
    { rule: 'far behind', aheadSec: 90, reason: /^the VM refuses the service's certificate.*clock/ },
    { rule: 'far ahead', aheadSec: -90, reason: /^the VM refuses the service's certificate.*clock/ },
  ])('is not lent while its clock is $rule', async ({ aheadSec, reason }) => {
    await service.call(`POST /vms/${ID}/drain`, { reason: 'to be checked' });
    await forgetRevoked();
    service.clockAheadSec = aheadSec;
    await service.call(`POST /vms/${ID}/return`, { reason: 'to be checked' });
    expect(await service.settled(ID)).toMatchObject({ state: 'quarantined', reason: expect.stringMatching(reason) });
    await forgetRevoked();
    service.clockAheadSec = 0;
    await giveBack();
  });

  it(`has only certificates for ${LOGIN} that open nothing else`, async () => {
    const grant = await service.borrow('alice');
    for (const username of ['root', 'nobody', 'service']) {
      const credential = await users.save({ vm: { ...grant.vm, username } });
      expect(await users.ssh(credential, ['clean 1'])).toMatchObject(REFUSED);
    }
  });
});
