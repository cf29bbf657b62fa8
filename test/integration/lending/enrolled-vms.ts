import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { NamespaceVm, ran } from '../../support/vms/namespace-vm.ts';
import { freePort } from '../../support/vms/namespace-vm-access.ts';

const program = fileURLToPath(new URL('../../../scripts/enroll', import.meta.url));

/** Login name of those who borrow. */
export const LOGIN = 'tester';

/** Boots VMs of namespaces, one for each id. They are not enrolled. */
export async function bootVms(ids: readonly string[]): Promise<NamespaceVm[]> {
  const vms: NamespaceVm[] = [];
  for (const id of ids) vms.push(await NamespaceVm.boot(id, await freePort()));
  return vms;
}

/** What the inventory says of a VM. */
export async function entryOf(vm: NamespaceVm): Promise<object> {
  const hostKey = (await vm.shell('cat /etc/ssh/ssh_host_ed25519_key.pub')).trim();
  return { id: vm.id, address: '127.0.0.1', port: vm.port, username: LOGIN, hostKeys: [hostKey] };
}

/** Enrolls a VM by what `scripts/enroll` prints. @param options - for it, such as `--ca URL` */
export async function enroll(vm: NamespaceVm, ...options: readonly string[]): Promise<void> {
  const script = await ran(program, options);
  const { exitCode, stderr } = await vm.run(['sh', '-s', vm.id], script.stdout);
  if (script.exitCode !== 0 || exitCode !== 0) throw new Error(`${script.stderr}${stderr}`);
}

/** Enrolls VMs that trust these keys. */
export async function enrollAll(vms: readonly NamespaceVm[], trustedKeys: readonly string[]): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-ca-'));
  const file = path.join(folder, 'ca.pub');
  await writeFile(file, `${trustedKeys.join('\n')}\n`);
  for (const vm of vms) await enroll(vm, '--ca', file, '--id', vm.id, '--login', LOGIN);
  await rm(folder, { recursive: true });
}
