import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { EmulatedAws } from './server.ts';

/** The tag that says where the SSH server of an instance listens. */
export const PORT_TAG = 'vm-pool:port';

/** A change of an instance, as `wishes.py` tells it. */
export interface Told {
  readonly change:
    'run' | 'start' | 'failed-start' | 'stop' | 'reboot' | 'replace' | 'failed-replace' | 'terminate' | 'key';
  readonly instance: {
    readonly id: string;
    readonly privateIp: string;
    readonly tags: Readonly<Record<string, string>>;
    /** Base64. */
    readonly userData: string;
  };
  /** Of a pushed key. */
  readonly user?: string;
  readonly key?: string;
}

/** What follows the instances of an emulated EC2: their machines, or a model of them. */
export interface Follower {
  /** Makes a change that EC2 waits for: switches a machine off, or puts another disk in. */
  switch(told: Told): Promise<void> | void;
  /** What EC2 does not wait for: boots, for example. @returns what the serial console then shows */
  boot(told: Told): Promise<string> | string;
}

/** Tells a follower of each change, one after another for each instance. */
export class Ec2Hook {
  /** What went wrong here; each of them is a fault of the test. */
  readonly faults: unknown[] = [];
  /** The last change of each instance. */
  private readonly last = new Map<string, Promise<void>>();

  private constructor(
    private readonly aws: EmulatedAws,
    private readonly server: Server,
    private readonly follower: Follower,
  ) {
    server.on('request', (request, response) => {
      void json(request).then(async (told) => {
        await this.follow(told as Told);
        response.end();
      });
    });
  }

  /** Follows the instances that are launched from now on. */
  static async start(aws: EmulatedAws, follower: Follower): Promise<Ec2Hook> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await aws.wish({ hook: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    return new Ec2Hook(aws, server, follower);
  }

  /** Waits until everything has followed. */
  async settled(): Promise<void> {
    await this.aws.untilHeard();
    await Promise.all(this.last.values());
  }

  /** @throws when something went wrong meanwhile */
  async stop(): Promise<void> {
    await this.settled();
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
    if (this.faults.length > 0) throw new AggregateError(this.faults, 'something did not follow its instance');
  }

  private async follow(told: Told): Promise<void> {
    const { id } = told.instance;
    const before = this.last.get(id) ?? Promise.resolve();
    const switched = before.then(() => this.follower.switch(told));
    const booted = switched.then(async () => {
      const text = await this.follower.boot(told);
      if (text !== '') await this.aws.wish({ consoles: { [id]: text } });
    });
    this.last.set(
      id,
      booted.catch((fault: unknown) => {
        this.faults.push(fault);
      }),
    );
    await switched.catch(() => undefined);
  }
}

/** The host keys as cloud-init prints them to the serial console, with what is around them there. */
export function hostKeyBlock(keys: readonly string[]): string {
  const lines = [
    '[    7.113542] cloud-init[612]: Cloud-init v. 24.1 running',
    '-----BEGIN SSH HOST KEY KEYS-----',
    ...keys.map((key) => `${key} root@ip-127-0-0-1`),
    '-----END SSH HOST KEY KEYS-----',
    '[    9.004113] cloud-init[701]: finished',
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}
