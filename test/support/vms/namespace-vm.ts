import type { ChildProcess } from 'node:child_process';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { MissingTool } from '../../../scripts/lib/missing-tools.ts';
import { programsMissing } from '../../../scripts/lib/missing-tools.ts';
import { tracked } from '../processes/child-processes.ts';

const script = fileURLToPath(new URL('namespace-vm.sh', import.meta.url));
const BOOT_MS = 20_000;

/** What a program has written, and how it ended. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** What is missing on this computer to run VMs of namespaces. */
export function vmToolsMissing(): MissingTool[] {
  if (process.getuid?.() !== 0) return [{ name: 'root', install: 'run the tests as root' }];
  const tools = programsMissing({
    sshd: 'apt-get install openssh-server',
    cron: 'apt-get install cron',
    at: 'apt-get install at',
    newuidmap: 'apt-get install uidmap',
  });
  if (tools.length > 0) return tools;
  const { status } = spawnSync('unshare', [
    '--mount',
    '--pid',
    '--fork',
    '--uts',
    '--ipc',
    'mount',
    '-t',
    'tmpfs',
    'x',
    '/mnt',
  ]);
  return status === 0 ? [] : [{ name: 'leave to make namespaces', install: 'run the tests outside of a container' }];
}

/** A VM of namespaces: `namespace-vm.sh` says what it is made of. */
export class NamespaceVm {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-vm-'));
  private disk: ChildProcess | undefined;
  private machine: ChildProcess | undefined;

  private constructor(
    readonly id: string,
    readonly port: number,
    readonly address: string,
  ) {}

  /**
   * Boots a new VM, which is not enrolled.
   *
   * @param address - where its sshd listens, a loopback address
   * @param image - shell that makes an empty disk what it is to be
   */
  static async boot(id: string, port: number, address = '127.0.0.1', image?: string): Promise<NamespaceVm> {
    const vm = new NamespaceVm(id, port, address);
    if (image !== undefined) writeFileSync(path.join(vm.folder, 'image.sh'), image);
    await vm.replaceDisk();
    await vm.powerOn();
    return vm;
  }

  /** Boots it from its disk. */
  async powerOn(): Promise<void> {
    this.machine = await this.child('the VM is on', 'boot', this.folder, this.id, this.address, String(this.port));
    writeFileSync(path.join(this.folder, 'pid'), String(this.machine.pid));
  }

  /** Pulls the plug. The disk stays. */
  async powerOff(): Promise<void> {
    await killed(this.machine);
  }

  /** Puts an empty disk in place of the one that it has. The VM must be off. */
  async replaceDisk(): Promise<void> {
    await killed(this.disk);
    this.disk = await this.child('the disk is there', 'disk', this.folder);
    writeFileSync(path.join(this.folder, 'disk'), String(this.disk.pid));
  }

  /** What it has printed on its console since it was powered on. */
  get console(): string {
    return readFileSync(path.join(this.folder, 'console'), 'utf8');
  }

  /** Runs a command as root in the VM. It need not succeed. @param input - its standard input */
  async run(command: readonly string[], input = ''): Promise<Ran> {
    return ran('sh', [script, 'run', this.folder, ...command], input);
  }

  /** Runs a line of shell as root in the VM. @returns what it has written @throws Error when it fails */
  async shell(line: string): Promise<string> {
    const { stdout, stderr, exitCode } = await this.run(['sh', '-c', line]);
    if (exitCode !== 0) throw new Error(`${line}: exit code ${exitCode}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Pulls the plug, and throws the VM away. */
  async off(): Promise<void> {
    await this.powerOff();
    await killed(this.disk);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs the script until it says that it is there. */
  private async child(says: string, ...args: readonly string[]): Promise<ChildProcess> {
    const child = tracked(spawn('sh', [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }));
    let console = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (console += text.toString()));
    const deadline = Date.now() + BOOT_MS;
    while (!console.includes(says)) {
      if (Date.now() > deadline || child.exitCode !== null) throw new Error(`the VM does not boot: ${console}`);
      await sleep(20);
    }
    return child;
  }
}

/** Kills a process, and waits until nothing of it is left. */
async function killed(child: ChildProcess | undefined): Promise<void> {
  if (child?.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

/** Runs a program to its end. */
export function ran(program: string, args: readonly string[], input = ''): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(new Error(`${program} failed`, { cause: error }));
      else resolve({ stdout, stderr, exitCode: (error?.code as number | undefined) ?? 0 });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
