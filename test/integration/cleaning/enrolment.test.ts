import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeOnVms } from '../../support/vms/describe-on-vms.ts';
import { ID, LOGIN, TestVm } from './enrolled-vm.ts';

const ETC = '/etc/ssh/vm-pool';
const CONFIG = '/etc/ssh/sshd_config.d/00-vm-pool.conf';

/** Breaks one thing of an enrolled VM. */
interface Fault {
  readonly what: string;
  /** A command of root. */
  readonly break: string;
  /** Words of the line that says what is missing, or how to mend it. */
  readonly line: RegExp;
  /** Undoes what enrolling again does not mend. */
  readonly mend?: string;
}

const FILES: readonly Fault[] = [
  `${ETC}/ca.pub`,
  `${ETC}/krl`,
  `${ETC}/principals/root`,
  `${ETC}/principals/${LOGIN}`,
  CONFIG,
].flatMap((file) => [
  { what: `no ${file}`, break: `rm ${file}`, line: new RegExp(`${file} is missing: enroll this VM again`) },
  {
    what: `${file} that others can change`,
    break: `chmod o+w ${file}`,
    line: new RegExp(`${file} must belong to root`),
  },
  { what: `${file} of somebody else`, break: `chown daemon ${file}`, line: new RegExp(`${file} must belong to root`) },
]);

const SETTINGS: readonly Fault[] = [
  ['TrustedUserCAKeys', 'trustedusercakeys none'],
  ['AuthorizedPrincipalsFile', 'authorizedprincipalsfile none'],
  ['RevokedKeys', 'revokedkeys none'],
  ['PermitRootLogin', 'permitrootlogin without-password'],
  ['AuthorizedKeysFile', 'authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2'],
  ['AuthenticationMethods', 'authenticationmethods any'],
].map(([setting = '', has = '']) => ({
  what: `no ${setting} in sshd's configuration`,
  break: `sed -i '/^ *${setting}/d' ${CONFIG}`,
  line: new RegExp(`sshd has "${has}" for (tester|root), not `),
}));

const OTHERS: readonly Fault[] = [
  { what: 'no settings', break: `rm ${ETC}/cleaner.conf`, line: /cleaner.conf names no login/ },
  {
    what: 'a login of root',
    break: `sed -i s/^login=.*/login=root/ ${ETC}/cleaner.conf`,
    line: /cleaner.conf names no login/,
  },
  {
    what: 'another VM in the principals',
    break: `echo vm-02 >${ETC}/principals/${LOGIN}`,
    line: /must have the one line vm-01/,
  },
  {
    what: 'root without its forced command',
    break: `echo service@${ID} >${ETC}/principals/root`,
    line: /principals\/root must have one line/,
  },
  {
    what: 'another user who may log in',
    break: `echo ${ID} >${ETC}/principals/daemon`,
    line: /principals\/daemon lets a certificate in/,
  },
  {
    what: 'a broken list of revoked certificates',
    break: `echo x >${ETC}/krl`,
    line: /is not a list of revoked certificates/,
  },
  { what: 'an authority file without keys', break: `echo x >${ETC}/ca.pub`, line: /ca.pub holds no public key/ },
  {
    what: 'an earlier file of sshd that wins',
    break: 'echo "RevokedKeys none" >/etc/ssh/sshd_config.d/00-a.conf',
    line: /revokedkeys none/,
    mend: 'rm /etc/ssh/sshd_config.d/00-a.conf',
  },
  {
    what: 'a list of users without the borrower',
    break: 'echo "AllowUsers root" >/etc/ssh/sshd_config.d/60-b.conf',
    line: /AllowUsers does not name tester/,
    mend: 'rm /etc/ssh/sshd_config.d/60-b.conf',
  },
  {
    what: 'a broken configuration of sshd',
    break: 'echo Nonsense >/etc/ssh/sshd_config.d/60-b.conf',
    line: /sshd refuses its configuration/,
    mend: 'rm /etc/ssh/sshd_config.d/60-b.conf',
  },
  ...['sudo', 'adm', 'disk'].map((group) => ({
    what: `a borrower in the group ${group}`,
    break: `gpasswd -a ${LOGIN} ${group}`,
    line: new RegExp(`is in the group ${group}`),
    mend: `gpasswd -d ${LOGIN} ${group}`,
  })),
  { what: 'a password of the borrower', break: `echo ${LOGIN}:secret | chpasswd`, line: /has a password or is locked/ },
  { what: 'a locked borrower', break: `usermod -p '!' ${LOGIN}`, line: /has a password or is locked/ },
  { what: 'no borrower', break: `userdel ${LOGIN}`, line: /there is no user tester/, mend: `rm -rf /home/${LOGIN}` },
  {
    what: 'a borrower with the id of another',
    break: `useradd -o -u "$(id -u ${LOGIN})" twin`,
    line: /shares its user id with twin/,
    mend: 'userdel twin',
  },
  {
    what: 'a borrower with the id of a system user',
    break: `usermod -u 999 ${LOGIN}`,
    line: /has the user id 999/,
    mend: `usermod -u 4000 ${LOGIN}`,
  },
  {
    what: 'sub-uids that others may have',
    break: `echo ${LOGIN}:1000:65536 >>/etc/subuid`,
    line: /user ids below 65536/,
    mend: "sed -i '$d' /etc/subuid",
  },
  {
    what: 'a home of the whole system',
    break: `usermod -d / ${LOGIN}`,
    line: /the home of tester is \/:/,
    mend: `usermod -d /home/${LOGIN} ${LOGIN}`,
  },
  {
    what: 'a home that belongs to another',
    break: `chown daemon /home/${LOGIN}`,
    line: /must be a folder that belongs to tester/,
    mend: `chown ${LOGIN} /home/${LOGIN}`,
  },
  {
    what: 'a home below a folder of others',
    break: 'chmod 777 /home',
    line: /\/home must be a folder that only root can change/,
    mend: 'chmod 755 /home',
  },
  {
    what: 'a process of the borrower',
    break: `setpriv --reuid=${LOGIN} --regid=${LOGIN} --clear-groups setsid sleep 60 >/dev/null 2>&1 &`,
    line: /processes of tester run: \d+/,
    mend: `pkill -u ${LOGIN}`,
  },
  {
    what: 'a shut door',
    break: 'echo noon >/etc/nologin',
    line: /nologin keeps users out: noon/,
    mend: 'rm /etc/nologin',
  },
  {
    what: 'a full disk',
    break: 'dd if=/dev/zero of=/var/tmp/all bs=1M 2>/dev/null || :',
    line: /less than 64 MB are left/,
    mend: 'rm /var/tmp/all',
  },
  {
    what: 'a fault that the site looks for',
    break: `printf '#!/bin/sh\\necho no license\\nexit 1\\n' >${ETC}/check.d/license; chmod 755 ${ETC}/check.d/license`,
    line: /check.d\/license failed with exit code 1: no license/,
    mend: `rm ${ETC}/check.d/license`,
  },
];

describeOnVms('an enrolled VM', () => {
  let vm: TestVm;
  beforeAll(async () => {
    vm = await TestVm.enrolled();
  });
  afterAll(() => vm.off());

  const check = () => vm.vm.run(['env', 'SSH_ORIGINAL_COMMAND=check 1', '/usr/local/sbin/vm-pool-clean']);

  it.each([...FILES, ...SETTINGS, ...OTHERS])('fails its check with what is missing: $what', async (fault) => {
    await vm.vm.shell(fault.break);
    const { exitCode, stdout } = await check();
    if (fault.mend !== undefined) await vm.vm.shell(fault.mend);
    const { exitCode: enrolled, stderr } = await vm.enroll();

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: expect.stringMatching(fault.line) });
    expect(stdout.split('\n').filter((line) => line.length > 200)).toEqual([]);
    expect({ enrolled, stderr }).toMatchObject({ enrolled: 0 });
    expect((await check()).exitCode).toBe(0);
  });

  it('keeps its revocations and what the site has added when it is enrolled again', async () => {
    const certificate = vm.access.certificate({ principal: ID, serial: vm.nextSerial() });
    await vm.clean();
    await vm.vm.shell(`echo skip=/data >>${ETC}/cleaner.conf`);
    await vm.enroll();
    expect((await vm.access.ssh(vm.vm.port, LOGIN, certificate, 'true')).exitCode).toBe(255);
    expect((await vm.borrower('true')).exitCode).toBe(0);
    expect(await vm.vm.shell(`cat ${ETC}/cleaner.conf`)).toBe(
      `vm=${ID}\nlogin=${LOGIN}\nshell=/bin/bash\nskip=/data\n`,
    );
  });

  it('lets no borrower in by a key of their own', async () => {
    await vm.borrower(
      'mkdir -m 700 .ssh; ssh-keygen -q -t ed25519 -N "" -f key; cp key.pub .ssh/authorized_keys; chmod 600 .ssh/*',
    );
    const again = await vm.borrower(
      `ssh -i key -o BatchMode=yes -o StrictHostKeyChecking=no -p ${vm.vm.port} ${LOGIN}@127.0.0.1 true`,
    );
    expect(again).toMatchObject({ exitCode: 255, stderr: expect.stringContaining('Permission denied') });
    await vm.clean();
  });
});

describeOnVms('a VM that is not enrolled', () => {
  let vm: TestVm;
  beforeAll(async () => {
    vm = await TestVm.boot();
  });
  afterEach(() => vm.vm.shell('rm -f /etc/ssh/sshd_config.d/60-site.conf'));
  afterAll(() => vm.off());

  const FINGERPRINT = 'find /etc/ssh -type f -exec md5sum {} + | sort; getent passwd; getent shadow';

  it('stays shut for borrower and service', async () => {
    await vm.vm.shell(`useradd -m -p '*' ${LOGIN}`);
    expect([(await vm.borrower('true')).exitCode, (await vm.ask('check')).exitCode]).toEqual([255, 255]);
    await vm.vm.shell(`userdel -r ${LOGIN} 2>/dev/null`);
  });

  it.each([
    {
      fault: 'a borrower who may use sudo',
      site: `useradd -m -G sudo ${LOGIN}`,
      line: 'is in the group sudo',
      mend: `userdel -r ${LOGIN} 2>/dev/null`,
    },
    {
      fault: 'a system user as borrower',
      site: `useradd -r ${LOGIN}`,
      line: 'a borrower needs a user id from 1000',
      mend: `userdel ${LOGIN}`,
    },
    {
      fault: 'certificates of another authority',
      site: 'echo "TrustedUserCAKeys /etc/ssh/others.pub" >/etc/ssh/sshd_config.d/60-site.conf',
      line: 'sshd already has "trustedusercakeys /etc/ssh/others.pub"',
      mend: ':',
    },
    {
      fault: 'a configuration that is broken',
      site: 'echo Nonsense >/etc/ssh/sshd_config.d/60-site.conf',
      line: 'sshd refuses its configuration as it is',
      mend: ':',
    },
    {
      fault: 'a setting that wins',
      site: 'sed -i "1i PermitRootLogin yes" /etc/ssh/sshd_config',
      line: 'sshd has "permitrootlogin yes" for root',
      mend: 'sed -i 1d /etc/ssh/sshd_config',
    },
  ])('is left as it was when it has $fault', async ({ site, line, mend }) => {
    await vm.vm.shell(site);
    const before = await vm.vm.shell(FINGERPRINT);
    const { exitCode, stderr } = await vm.enroll();
    const after = await vm.vm.shell(FINGERPRINT);
    await vm.vm.shell(mend);

    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(line) });
    if (!line.startsWith('sshd has')) expect(after).toBe(before);
    expect(await vm.vm.shell('ls -d /etc/ssh/vm-pool /etc/ssh/.vm-pool* 2>/dev/null || :')).toBe('');
  });

  it('is enrolled, by what cloud-init would run, where sshd includes no folder', async () => {
    await vm.vm.shell(
      'sed -i /^Include/d /etc/ssh/sshd_config; cat /etc/ssh/sshd_config.d/50-here.conf >>/etc/ssh/sshd_config',
    );
    const content = /content: (\S+)/.exec(vm.script('--cloud-init'))?.[1] ?? '';
    const { stdout, stderr, exitCode } = await vm.vm.run(
      ['sh', '-c', 'base64 -d | gunzip >/run/enroll.sh; sh /run/enroll.sh vm-01'],
      content,
    );
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('root can no longer open a shell'),
    });
    const { id, username, port, hostKeys } = JSON.parse(stdout.replace(/^.*\n/, '')) as Record<string, unknown>;
    const key = (await vm.vm.shell('cat /etc/ssh/ssh_host_ed25519_key.pub')).trim();
    expect({ id, username, port, hostKeys }).toEqual({ id: ID, username: LOGIN, port: vm.vm.port, hostKeys: [key] });
    expect((await vm.borrower('true')).exitCode).toBe(0);
  });

  it('finds itself in an inventory by its host key', async () => {
    const key = (await vm.vm.shell('cat /etc/ssh/ssh_host_ed25519_key.pub')).trim();
    const other = { id: 'vm-02', username: 'other', hostKeys: ['ssh-ed25519 AAAA'] };
    const inventory = { vms: [other, { id: ID, username: LOGIN, hostKeys: [`${key} root@vm`] }] };
    const { stdout, stderr } = await vm.vm.run(['sh', '-s'], vm.scriptOf(inventory));
    expect({ stdout, stderr }).toEqual({
      stdout: expect.stringContaining(`${ID} is enrolled`),
      stderr: expect.not.stringContaining('another host key'),
    });
    const stranger = await vm.vm.run(['sh', '-s'], vm.scriptOf({ vms: [other, { ...other, id: 'vm-03' }] }));
    expect(stranger).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('has no host key of this computer'),
    });
  });
});

describeOnVms('a VM with lines in authorized_keys alone', () => {
  it('lets in certificates that name it', async () => {
    const vm = await TestVm.boot();
    await vm.vm.run(
      [
        'sh',
        '-c',
        `useradd -m -s /bin/sh -p '*' ${LOGIN}; mkdir -m 700 /home/${LOGIN}/.ssh; cat >/home/${LOGIN}/.ssh/authorized_keys; chown -R ${LOGIN}: /home/${LOGIN}`,
      ],
      vm.script('--no-root'),
    );
    const other = await vm.access.ssh(vm.vm.port, LOGIN, { principal: 'vm-02', serial: 1 }, 'true');
    expect([(await vm.borrower('id -un')).stdout, other.exitCode]).toEqual([`${LOGIN}\n`, 255]);
    await vm.off();
  });
});
