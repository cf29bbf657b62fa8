import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { tracked } from '../../support/processes/child-processes.ts';
import { describeOnVms } from '../../support/vms/describe-on-vms.ts';
import { ID, LOGIN, TestVm } from './enrolled-vm.ts';

const STEP = '/etc/ssh/vm-pool/clean.d/50-step';

describeOnVms('the cleaner', () => {
  let vm: TestVm;
  beforeAll(async () => {
    vm = await TestVm.enrolled();
  });
  afterEach(() => vm.vm.shell(`rm -rf ${STEP} /etc/nologin /etc/ssh/vm-pool/check.d/*`));
  afterAll(() => vm.off());

  /** Adds a step of the site's own, which runs when all is clean. */
  const addStep = (body: string) => vm.vm.shell(`printf '#!/bin/sh\\n%s\\n' '${body}' >${STEP} && chmod 755 ${STEP}`);
  const nologin = async () => (await vm.vm.run(['cat', '/etc/nologin'])).stdout;

  it('answers with its clock and the serial up to which it has revoked', async () => {
    const serial = vm.nextSerial();
    const { stdout, exitCode } = await vm.request(`clean ${serial}`);
    const [, clock = ''] = /^clock (\d+)\nup \d+\nok clean \d+\n$/.exec(stdout) ?? [];
    expect({ exitCode, answer: stdout.split('\n')[2] }).toEqual({ exitCode: 0, answer: `ok clean ${serial}` });
    expect(Math.abs(Number(clock) - Date.now() / 1000)).toBeLessThan(30);
  });

  it('says how long the VM is up, not the computer that it runs on', async () => {
    const secondsUp = async () => Number(/^up (\d+)$/m.exec((await vm.ask('check')).stdout)?.[1]);
    const before = await secondsUp();
    await sleep(1_500);
    expect(await secondsUp()).toBeGreaterThan(before);
    await vm.vm.powerOff();
    const offMs = Date.now();
    await vm.vm.powerOn();
    expect(await secondsUp()).toBeLessThanOrEqual((Date.now() - offMs) / 1000);
  });

  it('answers a check of a clean VM', async () => {
    const { stdout, exitCode } = await vm.ask('check');
    expect({ exitCode, answer: stdout.replace(/^clock \d+\nup \d+\n/, '') }).toEqual({
      exitCode: 0,
      answer: 'ok check\n',
    });
  });

  it('refuses every other request, and does nothing', async () => {
    const wild = fc.oneof(
      fc.constantFrom(
        '',
        'clean',
        'clean 0',
        'clean 1 2',
        'clean -1',
        'clean 1;id',
        'check $(id)',
        'sh',
        'CLEAN 1',
        'clean  1',
      ),
      fc.constantFrom('clean 1\nid', 'clean 9999999999999999999', 'clean 01', 'check\t1', '/bin/sh -c id', 'clean 1 '),
      fc.string({ maxLength: 30, unit: 'grapheme-ascii' }),
    );
    await fc.assert(
      fc.asyncProperty(wild, async (request) => {
        fc.pre(!/^(clean|check) [1-9][0-9]{0,17}$/.test(request) && !request.includes('\0'));
        const answer = await vm.vm.run(['env', `SSH_ORIGINAL_COMMAND=${request}`, '/usr/local/sbin/vm-pool-clean']);
        expect(answer).toMatchObject({
          exitCode: 2,
          stdout: 'only "clean SERIAL" and "check SERIAL" can be asked for\n',
        });
      }),
      { numRuns: 60 },
    );
  });

  it('is all that the certificate of the service can run, and no borrower gets there', async () => {
    expect(await vm.request('id')).toMatchObject({ exitCode: 2 });
    const serial = vm.nextSerial();
    const asRoot = await vm.access.ssh(vm.vm.port, 'root', { principal: ID, serial }, 'check 1');
    const asService = await vm.access.ssh(vm.vm.port, LOGIN, { principal: `service@${ID}`, serial }, 'true');
    expect([asRoot.exitCode, asService.exitCode]).toEqual([255, 255]);
  });

  it.each([{ authority: 'first' }, { authority: 'second' }] as const)(
    'revokes the certificates of the $authority authority up to its serial, and no later ones',
    async ({ authority }) => {
      const login = (serial: number) =>
        vm.access.ssh(vm.vm.port, LOGIN, { principal: ID, serial, authority }, 'true').then(({ exitCode }) => exitCode);
      const old = vm.nextSerial();
      expect(await login(old)).toBe(0);
      const own = vm.nextSerial();
      expect(await vm.request(`clean ${own}`, own)).toMatchObject({ exitCode: 0 });
      expect([await login(1), await login(old), await login(own), await login(own + 1)]).toEqual([255, 255, 255, 0]);
    },
  );

  it('never takes a revocation back', async () => {
    const certificate = vm.access.certificate({ principal: ID, serial: vm.nextSerial() });
    await vm.clean();
    expect(await vm.request('clean 5')).toMatchObject({ exitCode: 0 });
    expect((await vm.access.ssh(vm.vm.port, LOGIN, certificate, 'true')).exitCode).toBe(255);
  });

  it('ends the open sessions of the borrower', async () => {
    const serial = vm.nextSerial();
    const args = vm.access.sshArguments(vm.vm.port, LOGIN, { principal: ID, serial }, 'echo in; sleep 100');
    const session = tracked(spawn('ssh', args, { stdio: ['ignore', 'pipe', 'ignore'] }));
    const closed = once(session, 'close');
    await once(session.stdout, 'data');
    await vm.clean();
    await closed;
    expect(await vm.vm.shell(`pgrep -f "^sshd.*: ${LOGIN}" || :`)).toBe('');
  });

  it('keeps borrowers out while it cleans, and lets the next one in', async () => {
    await addStep('sleep 3');
    const cleaning = vm.clean();
    while (!(await nologin()).includes('being made ready')) await sleep(50);
    const meanwhile = await vm.borrower('true');
    await cleaning;
    expect([meanwhile.exitCode !== 0, (await vm.borrower('true')).exitCode, await nologin()]).toEqual([true, 0, '']);
  });

  it('keeps borrowers out when something fails, says why, and mends that by the next clean', async () => {
    await addStep('echo the license server is away; exit 3');
    expect(await vm.ask('clean')).toMatchObject({
      exitCode: 1,
      stdout: `${STEP} failed with exit code 3: the license server is away\n`,
    });
    expect(await nologin()).toBe(
      `vm-pool: this VM is not ready for a user: ${STEP} failed with exit code 3: the license server is away\n`,
    );
    expect((await vm.borrower('true')).exitCode).not.toBe(0);
    expect(await vm.ask('check')).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('/etc/nologin keeps users out'),
    });
    await vm.vm.shell(`rm ${STEP}`);
    await vm.clean();
    expect((await vm.borrower('true')).exitCode).toBe(0);
  });

  it('leaves the door shut that an administrator has shut', async () => {
    await vm.vm.shell('echo maintenance until noon >/etc/nologin');
    expect(await vm.ask('clean')).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('somebody keeps users out'),
    });
    expect(await nologin()).toBe('maintenance until noon\n');
  });

  it('runs no step that a borrower could change', async () => {
    await addStep('touch /etc/ran-as-root');
    await vm.vm.shell(`chmod 757 ${STEP}`);
    expect(await vm.ask('clean')).toMatchObject({
      exitCode: 1,
      stdout: `${STEP} must be an executable file that only root can change\n`,
    });
    expect(await vm.vm.shell('ls /etc/ran-as-root 2>/dev/null || :')).toBe('');
  });

  it('never runs twice at once: the second is asked to wait', async () => {
    await addStep('sleep 2');
    const answers = await Promise.all([vm.ask('clean'), vm.ask('clean'), vm.ask('check')]);
    expect(answers.map(({ exitCode }) => exitCode).sort((one, other) => one - other)).toEqual([0, 75, 75]);
    for (const { stdout, exitCode } of answers) {
      if (exitCode === 75) expect(stdout).toBe('wait 5 another run has not ended yet\n');
    }
  });

  it('lets nobody hold its lock but root', async () => {
    await vm.clean();
    expect((await vm.borrower('flock -n /run/vm-pool/lock true')).exitCode).not.toBe(0);
  });

  it('ends when it hangs, asks for more time, and keeps borrowers out', async () => {
    await addStep('trap "" TERM; sleep 60; sleep 60');
    const began = Date.now();
    const { stdout, exitCode } = await vm.ask('clean');
    expect({ exitCode, stdout }).toEqual({
      exitCode: 75,
      stdout: `wait 5 clean needed more than 15 s; it was running ${STEP}\n`,
    });
    expect(Date.now() - began).toBeLessThan(25_000);
    expect(await nologin()).toContain('this VM is not ready for a user: clean needed more than 15 s');
    expect(await vm.vm.shell('pgrep -f "[5]0-step" || :')).toBe('');
  });

  it('does its work to the end when the service hangs up', async () => {
    await addStep('sleep 1; touch /run/finished');
    await vm.borrower('touch /tmp/left');
    const serial = vm.nextSerial();
    const args = vm.access.sshArguments(vm.vm.port, 'root', { principal: `service@${ID}`, serial }, `clean ${serial}`);
    const visit = tracked(spawn('ssh', args, { stdio: 'ignore' }));
    while (!(await nologin()).includes('being made ready')) await sleep(50);
    visit.kill('SIGKILL');
    for (let tries = 0; tries < 100 && (await nologin()) !== ''; tries += 1) await sleep(100);
    expect(await vm.vm.shell('ls /run/finished; ls -A /tmp; ls /etc/nologin 2>/dev/null || :')).toBe('/run/finished\n');
  });
});
