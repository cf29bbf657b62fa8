import { rmSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCertificateAuthority } from '../../../lambda/access/certificate-authority.ts';
import { checkInventory } from '../inventory/check.ts';
import { Fleet } from '../vms/fleet.ts';
import { toolsMissing } from '../vms/install.ts';
import { inventoryOf } from '../vms/inventory.ts';
import type { VmSettings } from './settings.ts';

const AUTHORITY_KEY = '.cache/certificate-authority.pem';

/** VMs that one can log in to. */
export interface OpenVms {
  /** Settings with which the function finds them. */
  readonly variables: Readonly<Record<string, string>>;
  /** File of their inventory. */
  readonly inventory: string;
  /** Whether they are demo VMs. */
  readonly isDemo: boolean;
  readonly stop: () => Promise<void>;
}

/**
 * Gets the VMs ready that the command line names; demo VMs are started.
 *
 * @param root - folder of the checkout
 * @throws Error that says why they can't be lent
 */
export async function openVms(
  wanted: VmSettings,
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<OpenVms> {
  if (env.PROVIDER === 'mock') throw new Error('PROVIDER=mock has no inventory; leave PROVIDER or the option out');
  // npm starts scripts in the checkout, and says in INIT_CWD where the user is.
  const fileOf = (name: string) => path.resolve(env.INIT_CWD ?? '.', name);
  if ('demoVms' in wanted) return demo(wanted.demoVms);
  const { CERTIFICATE_AUTHORITY: key = '' } = env;
  const ownKey = path.join(root, AUTHORITY_KEY);
  const inventory = fileOf(wanted.inventory);
  const provider = env.PROVIDER === 'ec2' ? 'ec2' : 'static';
  await refuseFaults(inventory, provider === 'ec2');
  return listed(provider, inventory, key.startsWith('arn:') ? key : key === '' ? ownKey : fileOf(key));
}

/** The function itself would start, and wait for a better file. Somebody who has just typed the name wants to know. */
async function refuseFaults(file: string, hasEc2: boolean): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new Error(`${file} ${code === 'ENOENT' ? 'does not exist' : `can't be read (${code})`}`, { cause: error });
  });
  const { faults } = checkInventory(text, hasEc2);
  if (faults.length > 0) throw new Error([`${file} has faults:`, ...faults].join('\n  '));
}

function listed(provider: 'static' | 'ec2', inventory: string, authority: string): OpenVms {
  const variables = { PROVIDER: provider, INVENTORY: inventory, CERTIFICATE_AUTHORITY: authority };
  return { variables, inventory, isDemo: false, stop: async () => undefined };
}

/**
 * Demo VMs have a folder and a certificate authority of their own, which go when this process ends: those of two
 * servers must not meet, and their certificates open no VM that matters.
 */
async function demo(count: number): Promise<OpenVms> {
  const [missing] = toolsMissing();
  if (missing !== undefined) throw new Error(`--demo-vms needs ${missing.name} (${missing.install})`);
  const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-demo-'));
  const remove = () => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  const authority = path.join(folder, 'certificate-authority.pem');
  const { publicKeys: trustedKeys } = await createCertificateAuthority({ key: authority });
  const fleet = await Fleet.start({ count, folder, trustedKeys });
  const inventory = path.join(folder, 'vms.json');
  await writeFile(inventory, `${JSON.stringify(inventoryOf(fleet.vms), undefined, 2)}\n`);
  return { ...listed('static', inventory, authority), isDemo: true, stop: () => fleet.stop().finally(remove) };
}
