import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import type { EmulatedAws } from '../emulated-aws/server.ts';
import { NamespaceVm } from './namespace-vm.ts';

/** The tag that says where the SSH server of an instance listens. Instances without it have no machine. */
const PORT_TAG = 'vm-pool:port';

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

/** What `wishes.py` tells of an instance. */
interface Told {
  readonly change: string;
  readonly instance: {
    readonly id: string;
    readonly privateIp: string;
    readonly tags: Readonly<Record<string, string>>;
    /** Base64. */
    readonly userData: string;
  };
  readonly user?: string;
  readonly key?: string;
}

/**
 * The machines of an emulated EC2: VMs of namespaces that boot, stop, lose their disks and end when their instances do.
 * An instance whose tag names a port has one, at its private address.
 */
export class Ec2Machines {
  /** How long a pushed key opens a machine, seconds. */
  keySeconds = 60;
  /** Ids of instances that run, but whose machines never boot. */
  readonly broken = new Set<string>();
  /** What went wrong here; each of them is a fault of the test. */
  readonly faults: unknown[] = [];
  private readonly machines = new Map<string, NamespaceVm>();
  /** The last change of each machine. They come one after another. */
  private readonly last = new Map<string, Promise<string>>();

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      void json(request).then(async (told) => {
        response.end(JSON.stringify({ console: await this.inTurn(told as Told) }));
      });
    });
  }

  /** Follows the instances that are launched from now on. */
  static async start(aws: EmulatedAws): Promise<Ec2Machines> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await aws.wish({ hook: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    return new Ec2Machines(server);
  }

  /** The machine of an instance, as its owner knows it. */
  machine(id: string): NamespaceVm {
    const machine = this.machines.get(id);
    if (machine === undefined) throw new Error(`${id} has no machine`);
    return machine;
  }

  /** Waits until a machine has followed its instance. */
  async followed(id: string): Promise<void> {
    await this.last.get(id);
  }

  /** Throws all machines away. @throws when something went wrong meanwhile */
  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
    await Promise.all(this.last.values());
    await Promise.all([...this.machines.values()].map((machine) => machine.off()));
    if (this.faults.length > 0) throw new AggregateError(this.faults, 'machines did not follow their instances');
  }

  private async inTurn(told: Told): Promise<string> {
    const { id } = told.instance;
    const before = this.last.get(id) ?? Promise.resolve('');
    const now = before.then(() => this.follow(told)).catch((fault: unknown) => (this.faults.push(fault), ''));
    this.last.set(id, now);
    return now;
  }

  /** Follows a change. @returns what the console then shows */
  private async follow(told: Told): Promise<string> {
    const { id, privateIp, tags } = told.instance;
    const port = Number(tags[PORT_TAG]);
    if (told.change === 'run' && port > 0) {
      this.machines.set(id, await NamespaceVm.boot(id, port, privateIp, IMAGE));
      return this.firstBoot(told);
    }
    const machine = this.machines.get(id);
    return machine === undefined ? '' : this.changed(machine, told);
  }

  private async changed(machine: NamespaceVm, told: Told): Promise<string> {
    switch (told.change) {
      case 'start':
        if (!this.broken.has(machine.id)) await machine.powerOn();
        return '';
      case 'stop':
        await machine.powerOff();
        return '';
      case 'reboot':
        await machine.powerOff();
        await machine.powerOn();
        return '';
      case 'replace':
        await machine.powerOff();
        await machine.replaceDisk();
        await machine.powerOn();
        return this.firstBoot(told);
      case 'terminate':
        this.machines.delete(machine.id);
        await machine.off();
        return '';
      case 'key':
        await this.letIn(machine, told);
        return '';
      default:
        return '';
    }
  }

  /** What cloud-init does at the first boot from a disk. @returns what it prints on the console */
  private async firstBoot({ instance: { id, userData } }: Told): Promise<string> {
    const machine = this.machine(id);
    for (const script of scriptsOf(userData)) {
      const { exitCode, stdout, stderr } = await machine.run(['sh', '-s', id], script);
      if (exitCode !== 0) throw new Error(`the user data of ${id} failed: ${stdout}${stderr}`);
    }
    return hostKeyBlock(await machine.shell('cat /etc/ssh/ssh_host_*_key.pub'));
  }

  private async letIn(machine: NamespaceVm, { user = '', key = '' }: Told): Promise<void> {
    const until = Math.floor(Date.now() / 1000) + this.keySeconds;
    const line = `mkdir -p /run/instance-connect && cat >>/run/instance-connect/${user}`;
    const { exitCode, stderr } = await machine.run(['sh', '-c', line], `${until} ${key}\n`);
    if (exitCode !== 0) throw new Error(stderr);
  }
}

/** The lines that cloud-init prints to the serial console, with what is around them there. */
function hostKeyBlock(keys: string): string {
  const lines = [
    '[    7.113542] cloud-init[612]: Cloud-init v. 24.1 running',
    '-----BEGIN SSH HOST KEY KEYS-----',
    ...keys
      .trim()
      .split('\n')
      .map((key) => `${key.trim()} root@ip-127-0-0-1`),
    '-----END SSH HOST KEY KEYS-----',
    '[    9.004113] cloud-init[701]: finished',
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** User data of cloud-init: a script, or a file to write and commands to run. */
interface CloudConfig {
  readonly write_files?: readonly { readonly path: string; readonly content: string; readonly encoding: string }[];
}

/** The scripts in user data, which cloud-init would run. */
function scriptsOf(userData: string): string[] {
  const bytes = Buffer.from(userData, 'base64');
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
  if (!text.startsWith('#cloud-config')) return text === '' ? [] : [text];
  const { write_files: files = [] } = parse(text) as CloudConfig;
  return files.map(({ content }) => gunzipSync(Buffer.from(content, 'base64')).toString());
}
