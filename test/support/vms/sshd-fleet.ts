import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FleetOptions } from '../../../scripts/lib/vms/fleet.ts';
import { Fleet } from '../../../scripts/lib/vms/fleet.ts';
import type { Sshd, SshdOptions } from '../../../scripts/lib/vms/sshd.ts';
import { Sshd as SshServer } from '../../../scripts/lib/vms/sshd.ts';
import { TestAuthority } from './test-authority.ts';

/** Real SSH servers for a suite, and an authority that they trust. */
export class SshdFleet {
  private constructor(
    readonly authority: TestAuthority,
    private readonly folder: string,
    private readonly running: Sshd[],
  ) {}

  /** Without `count` there are no servers yet; {@link add} starts one. */
  static async start(options: Partial<Omit<FleetOptions, 'folder'>> = {}): Promise<SshdFleet> {
    const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-sshd-'));
    const authority = await TestAuthority.create(path.join(folder, 'authority'));
    const trustedKeys = [authority.publicKey];
    const { vms } = await Fleet.start({ count: 0, trustedKeys, ...options, folder });
    return new SshdFleet(authority, folder, [...vms]);
  }

  get vms(): readonly Sshd[] {
    return this.running;
  }

  /** Starts one more. */
  async add(options: Partial<SshdOptions> & Pick<SshdOptions, 'id'>): Promise<Sshd> {
    const defaults = { folder: path.join(this.folder, options.id), trustedKeys: [this.authority.publicKey] };
    const vm = await SshServer.start({ ...defaults, ...options });
    this.running.push(vm);
    return vm;
  }

  /** Makes an authority that no server trusts. */
  anotherAuthority(): Promise<TestAuthority> {
    return TestAuthority.create(path.join(this.folder, 'another-authority'));
  }

  /** Ends all servers and their sessions, and removes their files. */
  async stop(): Promise<void> {
    await Promise.all(this.running.map((vm) => vm.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }
}
