import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Ran } from '../../support/vms/namespace-vm.ts';
import { NamespaceVm } from '../../support/vms/namespace-vm.ts';
import { freePort, TestAccess } from '../../support/vms/namespace-vm-access.ts';

const program = fileURLToPath(new URL('../../../scripts/enroll', import.meta.url));
export const ID = 'vm-01';
export const LOGIN = 'tester';

/** A VM and those who log in to it: a borrower and the service. */
export class TestVm {
  private serial = Date.now();

  private constructor(
    readonly vm: NamespaceVm,
    readonly access: TestAccess,
  ) {}

  /** Boots a VM that is not enrolled yet. */
  static async boot(): Promise<TestVm> {
    return new TestVm(await NamespaceVm.boot(ID, await freePort()), new TestAccess());
  }

  /** Boots a VM, and enrolls it by what `scripts/enroll` prints. */
  static async enrolled(): Promise<TestVm> {
    const vm = await TestVm.boot();
    const { exitCode, stderr } = await vm.enroll();
    if (exitCode !== 0) throw new Error(stderr);
    return vm;
  }

  /** The script that `scripts/enroll` prints for this VM. */
  script(...options: readonly string[]): string {
    return this.printed(['--id', ID, ...options]);
  }

  /** The script that it prints for an inventory. */
  scriptOf(inventory: unknown): string {
    const file = this.access.write('vms.json', JSON.stringify(inventory));
    return this.printed(['--inventory', file]);
  }

  private printed(options: readonly string[]): string {
    const args = ['--ca', this.access.caFile, ...options];
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  enroll(...options: readonly string[]): Promise<Ran> {
    return this.vm.run(['sh', '-s'], this.script(...options));
  }

  /** A serial that is later than all before. */
  nextSerial(): number {
    this.serial += 1;
    return this.serial;
  }

  /** Runs a command as a borrower who has a certificate of now. */
  borrower(command: string): Promise<Ran> {
    return this.access.ssh(this.vm.port, LOGIN, { principal: ID, serial: this.nextSerial() }, command);
  }

  /** Asks the cleaner, as the service does. @param verb - `clean` or `check`, to which the serial is added */
  ask(verb: string): Promise<Ran> {
    const serial = this.nextSerial();
    return this.request(`${verb} ${serial}`, serial);
  }

  /** Asks the cleaner for anything. */
  request(command: string, serial = this.nextSerial()): Promise<Ran> {
    return this.access.ssh(this.vm.port, 'root', { principal: `service@${ID}`, serial }, command);
  }

  /** Cleans, which must work. */
  async clean(): Promise<void> {
    const { stdout, stderr, exitCode } = await this.ask('clean');
    if (exitCode !== 0) throw new Error(`clean: ${stdout}${stderr}`);
  }

  async off(): Promise<void> {
    this.access.close();
    await this.vm.off();
  }
}
