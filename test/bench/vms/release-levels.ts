import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MissingTool } from '../../../scripts/lib/missing-tools.ts';
import * as sshd from '../../../scripts/lib/vms/install.ts';
import type { ServerFacts } from '../../../scripts/lib/vms/inventory.ts';
import { Sshd } from '../../../scripts/lib/vms/sshd.ts';
import { CERTIFICATE_POOL, inventoryText, STORED_KEY_POOL, vmEntry } from '../../support/providers/inventory.ts';
import { NamespaceVm, ran, vmToolsMissing } from '../../support/vms/namespace-vm.ts';
import { freePort } from '../../support/vms/namespace-vm-access.ts';

const ID = 'vm-01';

/** Answers as a cleaner does, and cleans nothing. */
const TRIVIAL_CLEANER = `#!/bin/sh
echo "clock $(date +%s)"
echo "ok $SSH_ORIGINAL_COMMAND"
`;

/** Where a VM is, and how it proves to be the right one. */
type Place = Pick<ServerFacts, 'address' | 'port' | 'hostKeys'>;

/** A VM to release. */
export interface Running {
  readonly vm: Place;
  readonly stop: () => Promise<void>;
}

/** How a VM becomes clean and is checked between two users. */
export interface Level {
  readonly id: string;
  readonly what: string;
  readonly rounds: { readonly full: number; readonly quick: number };
  readonly missing: () => readonly MissingTool[];
  /** Rules of the pool. */
  readonly pool: object;
  readonly start: (folder: string, trustedKeys: readonly string[]) => Promise<Running>;
}

/** From the fastest to the slowest. */
export const LEVELS: readonly Level[] = [
  {
    id: 'host-key',
    what: 'no reset, checked by host key, stored key',
    rounds: { full: 40, quick: 5 },
    missing: sshd.toolsMissing,
    pool: STORED_KEY_POOL,
    start: startSshd,
  },
  {
    id: 'certificate',
    what: 'no reset, checked by host key, after its last certificate has ended',
    rounds: { full: 40, quick: 5 },
    missing: sshd.toolsMissing,
    pool: { access: 'certificate', check: 'host-key', reset: 'none' },
    start: startSshd,
  },
  {
    id: 'command',
    what: 'reset by a command that cleans nothing',
    rounds: { full: 20, quick: 3 },
    missing: () => [...sshd.toolsMissing(), ...rootMissing()],
    pool: CERTIFICATE_POOL,
    start: startSshdWithCleaner,
  },
  {
    id: 'cleaner',
    what: 'reset by the cleaner on an idle VM of namespaces',
    rounds: { full: 7, quick: 2 },
    missing: vmToolsMissing,
    pool: CERTIFICATE_POOL,
    start: startEnrolledVm,
  },
];

/** The inventory of one VM. Nobody but the service logs in, so it may have any user. */
export function inventoryOf({ pool }: Level, { address, port, hostKeys }: Place): string {
  const storedKey = pool === STORED_KEY_POOL ? { storedKey: 'ssm:/vm-pool-bench' } : {};
  return inventoryText([vmEntry({ id: ID, address, port, hostKeys, ...storedKey })], { default: pool });
}

async function startSshd(folder: string, trustedKeys: readonly string[]): Promise<Running> {
  return running(await Sshd.start({ id: ID, folder, trustedKeys }));
}

/** The service logs in as root, whom only a server of root lets in. */
async function startSshdWithCleaner(folder: string, trustedKeys: readonly string[]): Promise<Running> {
  const cleaner = path.join(folder, '..', 'cleaner');
  await writeFile(cleaner, TRIVIAL_CLEANER, { mode: 0o700 });
  const principals = { root: [`command="${cleaner}",restrict service@${ID}`] };
  return running(await Sshd.start({ id: ID, folder, trustedKeys, principals }));
}

function running(vm: Sshd): Running {
  return { vm, stop: () => vm.stop() };
}

async function startEnrolledVm(folder: string, trustedKeys: readonly string[]): Promise<Running> {
  const vm = await NamespaceVm.boot(ID, await freePort());
  const stop = () => vm.off();
  try {
    const caFile = path.join(folder, '..', 'ca.pub');
    await writeFile(caFile, trustedKeys.map((key) => `${key}\n`).join(''));
    const enroll = fileURLToPath(new URL('../../../scripts/enroll', import.meta.url));
    const script = await ran(enroll, ['--ca', caFile, '--id', ID]);
    const { exitCode, stderr } = await vm.run(['sh', '-s'], script.stdout);
    if (exitCode !== 0) throw new Error(`the VM can't be enrolled: ${script.stderr}${stderr}`);
    const hostKey = (await vm.shell('cat /etc/ssh/ssh_host_ed25519_key.pub')).trim();
    return { vm: { address: '127.0.0.1', port: vm.port, hostKeys: [hostKey] }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function rootMissing(): MissingTool[] {
  return process.getuid?.() === 0 ? [] : [{ name: 'root', install: 'run the bench as root' }];
}
