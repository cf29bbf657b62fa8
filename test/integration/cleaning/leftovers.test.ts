import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeOnVms } from '../../support/vms/describe-on-vms.ts';
import { LOGIN, TestVm } from './enrolled-vm.ts';

/** Something that a borrower leaves behind, and the command that shows it, run as root. */
interface Leftover {
  readonly what: string;
  /** A command of the borrower. */
  readonly leave: string;
  /** Prints something while it is there. */
  readonly shows: string;
}

const detached = '>/dev/null 2>&1 </dev/null &';
const running = (what: string) => `pgrep -f '^${what}'`;
const inContainer = 'unshare --user --map-root-user --map-auto setpriv --reuid=7 --regid=7 --clear-groups';

const PROCESSES: readonly Leftover[] = [
  { what: 'a daemon', leave: `setsid sleep 7001 ${detached}`, shows: running('sleep 7001') },
  {
    what: 'a process that ignores the end of its session',
    leave: `nohup sleep 7002 ${detached}`,
    shows: running('sleep 7002'),
  },
  {
    what: 'a process that has forked twice',
    leave: `(setsid sh -c 'sleep 7003 &' ${detached})`,
    shows: running('sleep 7003'),
  },
  {
    what: 'a stopped process',
    leave: `setsid sh -c 'kill -STOP $$; : 7004' ${detached}`,
    shows: running('sh -c kill -STOP'),
  },
  {
    what: 'a process that ignores signals',
    leave: `setsid sh -c 'trap "" TERM HUP INT; while :; do sleep 1; done; : 7005' ${detached}`,
    shows: running('sh -c trap'),
  },
  {
    what: 'a process with the name of a system daemon',
    leave: `setsid bash -c 'exec -a "sshd: root@notty" sleep 7006' ${detached}`,
    shows: `pgrep -u ${LOGIN} sleep`,
  },
  {
    what: 'processes that fork away all the time',
    leave: `cat >hop <<'END'\nhop() { ( sleep 0.01; hop ) & }\nfor i in 1 2 3 4 5 6 7 8 9 10 11 12; do hop; done\nsleep 7007\nEND\nsetsid sh hop ${detached}`,
    shows: `pgrep -u ${LOGIN}`,
  },
  {
    what: 'a process of a sub-uid, as in a container',
    leave: `setsid ${inContainer} sleep 7008 ${detached}`,
    shows: running('sleep 7008'),
  },
  { what: 'a cron job', leave: "echo '* * * * * touch /tmp/cron-ran' | crontab -", shows: `crontab -l -u ${LOGIN}` },
  { what: 'a job for later', leave: "echo 'touch /tmp/at-ran' | at now + 1 day", shows: 'atq' },
];

const FILES: readonly Leftover[] = [
  ...['/tmp', '/var/tmp', '/dev/shm', '/run/lock', '/srv/open'].map((folder) => ({
    what: `files in ${folder}`,
    leave: `mkdir -p ${folder}/mine/deep && echo secret >${folder}/mine/deep/file && touch ${folder}/.hidden`,
    shows: `find ${folder} -mindepth 1 -user ${LOGIN}`,
  })),
  {
    what: 'an authorized key',
    leave: 'mkdir -p .ssh && echo "ssh-ed25519 AAAA" >.ssh/authorized_keys',
    shows: `find /home/${LOGIN}/.ssh`,
  },
  {
    what: 'a trap in .bashrc',
    leave: 'echo "touch /tmp/trapped" >>.bashrc',
    shows: `grep trapped /home/${LOGIN}/.bashrc`,
  },
  { what: 'a .k5login', leave: 'echo mallory@EXAMPLE >.k5login', shows: `ls /home/${LOGIN}/.k5login` },
  {
    what: 'files with odd names',
    leave: `mkdir -p /tmp/odd && cd /tmp/odd && touch -- '-rf' 'a b' "$(printf 'line\\nbreak')" '$(reboot)' "$(printf '\\377')" '*'`,
    shows: 'ls -A /tmp/odd',
  },
  {
    what: 'a folder that nobody may open',
    leave: 'mkdir -p /tmp/shut/in .shut/in && touch /tmp/shut/in/f && chmod 0 /tmp/shut/in /tmp/shut .shut',
    shows: 'ls -d /tmp/shut',
  },
  {
    what: 'a very deep folder',
    leave: 'cd /tmp; for i in $(seq 400); do mkdir 0123456789abcdef; cd 0123456789abcdef; done',
    shows: 'ls -d /tmp/0123456789abcdef',
  },
  {
    what: 'a hard link out of the home',
    leave: 'echo secret >kept && ln kept /var/tmp/kept',
    shows: 'ls /var/tmp/kept',
  },
  {
    what: 'files of sub-uids',
    leave: `mkdir -m 777 /tmp/layer && ${inContainer} sh -c 'touch /tmp/layer/file; mkdir -m 700 /tmp/layer/own; touch /tmp/layer/own/file'`,
    shows: 'find /tmp/layer',
  },
  {
    what: 'an access list on the home',
    leave: 'setfacl -m u:neighbour:rwx -d -m u:neighbour:rwx .',
    shows: `getfacl -cs /home/${LOGIN}`,
  },
  { what: 'an open home', leave: 'chmod 777 .', shows: `find /home/${LOGIN} -prune -perm -o=r` },
  { what: 'shared memory', leave: 'ipcmk -M 1024', shows: `ipcs -m | grep ${LOGIN}` },
  { what: 'a message queue', leave: 'ipcmk -Q', shows: `ipcs -q | grep ${LOGIN}` },
  { what: 'semaphores', leave: 'ipcmk -S 2', shows: `ipcs -s | grep ${LOGIN}` },
  { what: 'a POSIX message queue', leave: 'touch /mnt/mqueue/queue', shows: 'ls /mnt/mqueue' },
  { what: 'named pipes and sockets', leave: 'mkfifo /tmp/pipe', shows: 'ls /tmp/pipe' },
];

/** Ways to make a careless cleaner, which runs as root, harm somebody else. */
const TRAPS = `
  ln -s /etc /tmp/trap-etc; ln -s /home/neighbour home; ln -s /home/neighbour /var/tmp/neighbour
  ln -s /etc/passwd .bashrc.new; rm -f .profile; ln -s /etc/shadow .profile; rm -rf .config; ln -s /etc .config
  mkdir -m 777 /tmp/shared; mkdir -p "/tmp/x/ /etc"; touch "$(printf '/tmp/x/\\n/etc/passwd\\n')"
  ln -s / /tmp/shared/root; printf '#!/bin/sh\\ntouch /etc/ran-as-root\\n' >/tmp/rm; chmod 755 /tmp/rm; cp /tmp/rm find; cp /tmp/rm .bash_logout
  echo 'PATH=/tmp:$HOME:$PATH; touch /etc/ran-as-root' >.bash_profile
`;

/** Everything that is not the borrower's, with times and modes. */
const EVERYTHING_ELSE = `
  find /etc /home/neighbour /srv /var/spool/cron /usr/local -xdev ! -user ${LOGIN} ! -path '/etc/ssh/vm-pool*' \\
    -type f ! -name .SEQ -printf '%p %m %u:%g %s %T@\\n' | sort
  getent passwd; getent shadow; ipcs | grep neighbour | sort; atq -q n; pgrep -u neighbour
`;

describeOnVms('what a borrower leaves behind', () => {
  let vm: TestVm;
  beforeAll(async () => {
    vm = await TestVm.enrolled();
    await vm.vm.shell(`
      useradd --create-home --shell /bin/bash neighbour
      install -d -m 1777 /srv/open; mkdir -p /mnt/mqueue; mount -t mqueue -o rw mqueue /mnt/mqueue; chmod 1777 /mnt/mqueue
      echo mine >/home/neighbour/file; echo mine >/tmp/neighbour; chown neighbour: /home/neighbour/file /tmp/neighbour
      echo '0 0 1 1 * true' | crontab -u neighbour -
      setpriv --reuid=neighbour --regid=neighbour --clear-groups ipcmk -M 512
      setpriv --reuid=neighbour --regid=neighbour --clear-groups setsid sleep 9000 ${detached}
    `);
  });
  afterAll(() => vm.off());

  /** What is to be seen of some leftovers, by name; those of which nothing is seen are left out. */
  async function seen(leftovers: readonly Leftover[]): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const { what, shows } of leftovers) {
      const { stdout } = await vm.vm.run(['sh', '-c', shows]);
      if (stdout.trim() !== '') found[what] = stdout;
    }
    return found;
  }

  it.each([
    { rule: 'ends all that runs or will run', leftovers: PROCESSES },
    { rule: 'removes all that lies around', leftovers: FILES },
  ])('$rule', async ({ leftovers }) => {
    for (const { leave } of leftovers) await vm.borrower(leave);
    expect(Object.keys(await seen(leftovers))).toEqual(leftovers.map(({ what }) => what));

    await vm.clean();

    expect(await seen(leftovers)).toEqual({});
    expect((await vm.vm.run(['pgrep', '-u', LOGIN])).stdout).toBe('');
  });

  it('leaves what belongs to others as it was', async () => {
    const before = await vm.vm.shell(EVERYTHING_ELSE);
    expect(before).toContain('/home/neighbour/file');
    for (const { leave } of [...PROCESSES, ...FILES]) await vm.borrower(leave);
    await vm.borrower(TRAPS);
    await vm.vm.shell('echo mine >/tmp/shared/neighbour && chown neighbour: /tmp/shared/neighbour');

    await vm.clean();

    expect(await vm.vm.shell(EVERYTHING_ELSE)).toBe(before);
    expect(await vm.vm.shell('cat /tmp/neighbour /tmp/shared/neighbour')).toBe('mine\nmine\n');
    expect(await vm.vm.shell("stat -c '%U %a' /tmp/shared")).toBe('root 700\n');
    const owned = `-path /home/${LOGIN} -prune -o \\( -user ${LOGIN} -o -uid +99999 \\) -print`;
    expect(await vm.vm.shell(`find /etc /var /srv /home /tmp /dev/shm /run /mnt ${owned}`)).toBe('');
  });

  it('ends a process that stops every other process of its user', async () => {
    await vm.borrower(`setsid sh -c 'sleep 1; while :; do kill -STOP -1; done' ${detached}`);
    await sleep(1500);
    await vm.clean();
    expect((await vm.vm.run(['pgrep', '-u', LOGIN])).stdout).toBe('');
  });

  it('leaves a fresh home of the borrower', async () => {
    await vm.borrower('touch a b c; rm .bashrc; chmod 755 .');
    await vm.clean();
    const home = await vm.borrower(
      'pwd; ls -A; stat -c "%U:%G %a" . .bashrc; cmp .bashrc /etc/skel/.bashrc && echo same',
    );
    const skeleton = await vm.vm.shell('ls -A /etc/skel');
    expect(home.stdout).toBe(`/home/${LOGIN}\n${skeleton}${LOGIN}:${LOGIN} 700\n${LOGIN}:${LOGIN} 644\nsame\n`);
  });

  it('greets nobody with the place that the last user logged in from', async () => {
    await vm.vm.shell(`lastlog --set --user ${LOGIN}`);
    await vm.clean();
    expect(await vm.vm.shell(`lastlog --user ${LOGIN}`)).toContain('Never logged in');
  });

  it('goes, too, where the home is a file system of its own', async () => {
    await vm.vm.shell(`mount -t tmpfs -o mode=700,uid=$(id -u ${LOGIN}) home /home/${LOGIN}`);
    await vm.borrower('mkdir -p x/y && touch x/y/z .hidden && setfacl -d -m u:neighbour:rwx .');
    await vm.clean();
    expect(
      await vm.vm.shell(`find /home/${LOGIN} -mindepth 1 -printf '%f\\n' | sort; getfacl -cs /home/${LOGIN}`),
    ).toBe(await vm.vm.shell('ls -A /etc/skel | sort'));
    await vm.vm.shell(`umount /home/${LOGIN}`);
  });

  it('goes although it fills the disk', async () => {
    await vm.borrower('dd if=/dev/zero of=/var/tmp/all bs=1M; touch /var/tmp/more');
    expect((await vm.vm.run(['sh', '-c', 'echo x >/etc/probe'])).exitCode).not.toBe(0);
    await vm.vm.shell('rm -f /etc/probe');
    await vm.clean();
    expect((await vm.borrower('ls -A /var/tmp')).stdout).toBe('');
  });
});
