import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Sshd } from '../../scripts/lib/vms/sshd.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import { NamespaceVm, vmToolsMissing } from '../support/vms/namespace-vm.ts';
import { freePort } from '../support/vms/namespace-vm-access.ts';
import type { KeyPair } from './key-pair.ts';
import { newKeyPair } from './key-pair.ts';

const enroll = fileURLToPath(new URL('../../scripts/enroll', import.meta.url));

/** Cleaned by a command between two users. */
export const ENROLLED = 'lab-01';

/** Opened by certificates, and cleaned by nobody. The last one comes later. */
export const DESKS = ['desk-01', 'desk-02', 'desk-03', 'desk-04'] as const;

/** Opened by a stored key, and where that is. */
export const BOXES = { 'box-01': 'ssm:/lab/box-01', 'box-02': 'secretsmanager:lab/box-02' } as const;

const POOLS = {
  default: { access: 'certificate', check: 'command', reset: 'command', description: 'Clean for each user' },
  desks: { access: 'certificate', check: 'host-key', reset: 'none', aliases: ['desk'], portForwarding: true },
  boxes: { access: 'stored-key', check: 'host-key', reset: 'none' },
};

/** One VM, as an inventory has it. */
interface Entry {
  readonly id: string;
  readonly [field: string]: unknown;
}

/**
 * The VMs of a team: SSH servers on this computer and, where its user may make namespaces, a VM of namespaces. They are
 * there before the service, so they trust nobody yet.
 */
export class Lab {
  private constructor(
    private readonly folder: string,
    private readonly servers: readonly Sshd[],
    /** Undefined where this computer can't have one. */
    readonly enrolled: NamespaceVm | undefined,
    private readonly entries: readonly Entry[],
    /** Opens the boxes. */
    readonly storedKey: KeyPair,
  ) {}

  /** Starts all VMs, and stores the key of the boxes as their owner would. */
  static async start(aws: EmulatedAws): Promise<Lab> {
    const folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-lab-'));
    const key = newKeyPair();
    writeFileSync(path.join(folder, 'authorized_keys'), key.publicKey);
    const config = [`AuthorizedKeysFile ${path.join(folder, 'authorized_keys')}`];
    const start = (id: string, more = {}) =>
      Sshd.start({ id, folder: path.join(folder, id), trustedKeys: [], ...more });
    const desks = await Promise.all(DESKS.map((id) => start(id)));
    const boxes = await Promise.all(Object.keys(BOXES).map((id) => start(id, { config })));
    await storeKey(aws, key.privateKey);
    const enrolled = vmToolsMissing().length > 0 ? undefined : await NamespaceVm.boot(ENROLLED, await freePort());
    const entries = [
      ...desks.map((vm) => entryOf(vm, { pool: 'desks' })),
      ...boxes.map((vm) => entryOf(vm, { pool: 'boxes', storedKey: BOXES[vm.id as keyof typeof BOXES] })),
      ...(enrolled === undefined ? [] : [await enrolledEntry(enrolled)]),
    ];
    return new Lab(folder, [...desks, ...boxes], enrolled, entries, key);
  }

  /** Text of the inventory. @param without - ids of VMs that it leaves out */
  inventory(without: readonly string[]): string {
    return inventoryText(this.entries.filter(({ id }) => !without.includes(id)));
  }

  /** Makes the desks trust certificates of these keys. */
  trust(keys: readonly string[]): void {
    for (const id of DESKS) writeFileSync(path.join(this.folder, id, 'ca.pub'), `${keys.join('\n')}\n`);
  }

  /** Enrolls the VM of namespaces by what `scripts/enroll` prints. @param url - of the API */
  async enroll(url: string): Promise<void> {
    const file = path.join(this.folder, 'vms.json');
    writeFileSync(file, inventoryText(this.entries.filter(({ id }) => id === ENROLLED)));
    const { stdout: script } = await promisify(execFile)(enroll, ['--ca', url, '--inventory', file]);
    const run = await this.enrolled?.run(['sh', '-s'], script);
    if (run?.exitCode !== 0) throw new Error(`the VM was not enrolled: ${run?.stdout}${run?.stderr}`);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.servers.map((vm) => vm.stop()), this.enrolled?.off()]);
    rmSync(this.folder, { recursive: true });
  }
}

function inventoryText(vms: readonly Entry[]): string {
  return `${JSON.stringify({ $comment: 'The VMs of the lab', pools: POOLS, vms }, null, 2)}\n`;
}

function entryOf({ id, address, port, username, hostKeys }: Sshd, more: object): Entry {
  return { id, address, port, username, hostKeys, ...more };
}

async function enrolledEntry(vm: NamespaceVm): Promise<Entry> {
  const hostKey = await vm.shell('cat /etc/ssh/ssh_host_ed25519_key.pub');
  return { id: vm.id, address: '127.0.0.1', port: vm.port, username: 'tester', hostKeys: [hostKey.trim()] };
}

/** Stores a private key in each of the places of {@link BOXES}. */
async function storeKey(aws: EmulatedAws, privateKey: string): Promise<void> {
  const parameter = { Name: '/lab/box-01', Type: 'SecureString', Value: privateKey };
  await aws.act('ssm', 'AmazonSSM.PutParameter', parameter);
  await aws.act('secretsmanager', 'secretsmanager.CreateSecret', { Name: 'lab/box-02', SecretString: privateKey });
}
