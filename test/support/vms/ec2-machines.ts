import { setTimeout as sleep } from 'node:timers/promises';
import type { Follower, Told } from '../emulated-aws/ec2-hook.ts';
import { Ec2Hook, PORT_TAG } from '../emulated-aws/ec2-hook.ts';
import type { EmulatedAws } from '../emulated-aws/server.ts';
import { eachBoot, firstBoot, InstanceMetadata } from './cloud-init.ts';
import { NamespaceVm } from './namespace-vm.ts';

/** Login name of the machines' users, as on Amazon Linux. */
export const EC2_USER = 'ec2-user';

/** What the AMI of the machines has: a user, and EC2 Instance Connect. */
const IMAGE = `
useradd -m -s /bin/bash -p '*' ${EC2_USER}
cat >/usr/sbin/instance-connect <<'END'
#!/bin/sh
now=$(date +%s)
while read -r until key; do [ "$now" -ge "$until" ] || echo "$key"; done <"/run/instance-connect/$1"
END
chmod 755 /usr/sbin/instance-connect
cat >/etc/ssh/sshd_config.d/60-instance-connect.conf <<'END'
AuthorizedKeysCommand /usr/sbin/instance-connect %u
AuthorizedKeysCommandUser nobody
END
`;

/** How long a reboot takes, milliseconds: longer than the times of a VM are exact. */
const REBOOT_MS = 3_000;

/** Changes after which a machine boots. */
const BOOTS: readonly string[] = ['run', 'start', 'reboot', 'replace'];

/**
 * The machines of an emulated EC2: VMs of namespaces that boot, stop, lose their disks and end with their instances. An
 * instance whose tag names a port has one, at its private address.
 */
export class Ec2Machines implements Follower {
  /** How long a pushed key opens a machine, seconds. */
  keySeconds = 60;
  private readonly machines = new Map<string, NamespaceVm>();
  private hook: Ec2Hook | undefined;

  private constructor(private readonly metadata: InstanceMetadata) {}

  /** Follows the instances that are launched from now on. */
  static async start(aws: EmulatedAws): Promise<Ec2Machines> {
    const machines = new Ec2Machines(await InstanceMetadata.start());
    machines.hook = await Ec2Hook.start(aws, machines);
    return machines;
  }

  /** The machine of an instance, as its owner knows it. */
  of(id: string): NamespaceVm {
    const machine = this.machines.get(id);
    if (machine === undefined) throw new Error(`${id} has no machine`);
    return machine;
  }

  /** Waits until all machines have followed their instances. */
  async settled(): Promise<void> {
    await this.hook?.settled();
  }

  /** Throws all machines away. @throws when one of them did not follow its instance */
  async stop(): Promise<void> {
    try {
      await this.hook?.stop();
    } finally {
      await Promise.all([...this.machines.values()].map((machine) => machine.off()));
      await this.metadata.stop();
    }
  }

  /** @inheritDoc */
  async switch(told: Told): Promise<void> {
    const { change, instance } = told;
    const machine = this.machines.get(instance.id);
    if (machine === undefined) return;
    if (change === 'key') await letIn(machine, told, this.keySeconds);
    if (['stop', 'reboot', 'replace'].includes(change)) await machine.powerOff();
    if (change === 'replace') await machine.replaceDisk();
    if (change !== 'terminate') return;
    this.machines.delete(instance.id);
    await machine.off();
  }

  /** @inheritDoc */
  async boot({ change, instance }: Told): Promise<string> {
    const { id, privateIp, tags, userData } = instance;
    const port = Number(tags[PORT_TAG] ?? 0);
    if (change === 'run' && port > 0) this.machines.set(id, await NamespaceVm.boot(id, port, privateIp, IMAGE));
    const machine = this.machines.get(id);
    if (machine === undefined || !BOOTS.includes(change)) return '';
    if (change === 'reboot') await sleep(REBOOT_MS);
    if (change !== 'run') await machine.powerOn();
    const isFirst = change === 'run' || change === 'replace';
    const printed = isFirst ? await firstBoot(machine, userData, this.metadata.urlFor(id)) : '';
    return printed + (await eachBoot(machine));
  }
}

/** What EC2 Instance Connect does with a key. */
async function letIn(machine: NamespaceVm, { user = '', key = '' }: Told, seconds: number): Promise<void> {
  const untilSec = Math.floor(Date.now() / 1000) + seconds;
  const line = `mkdir -p /run/instance-connect && cat >>/run/instance-connect/${user}`;
  const { exitCode, stderr } = await machine.run(['sh', '-c', line], `${untilSec} ${key}\n`);
  if (exitCode !== 0) throw new Error(stderr);
}
