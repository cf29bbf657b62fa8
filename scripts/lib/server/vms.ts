import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createCertificateAuthority } from '../../../lambda/access/certificate-authority.ts';
import { Fleet } from '../vms/fleet.ts';
import { toolsMissing } from '../vms/install.ts';
import { inventoryOf } from '../vms/inventory.ts';
import type { VmSettings } from './settings.ts';

const AUTHORITY_KEY = '.cache/certificate-authority.pem';
const DEMO_FOLDER = '.cache/demo-vms';

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
  const { CERTIFICATE_AUTHORITY: key = '' } = env;
  const ownKey = path.join(root, AUTHORITY_KEY);
  if ('demoVms' in wanted) return demo(wanted.demoVms, path.join(root, DEMO_FOLDER), ownKey);
  return listed(fileOf(wanted.inventory), key.startsWith('arn:') ? key : key === '' ? ownKey : fileOf(key));
}

function listed(inventory: string, authority: string): OpenVms {
  const variables = { PROVIDER: 'static', INVENTORY: inventory, CERTIFICATE_AUTHORITY: authority };
  return { variables, inventory, isDemo: false, stop: async () => undefined };
}

async function demo(count: number, folder: string, authority: string): Promise<OpenVms> {
  const [missing] = toolsMissing();
  if (missing !== undefined) throw new Error(`--demo-vms needs ${missing.name} (${missing.install})`);
  const { publicKeys: trustedKeys } = await createCertificateAuthority({ key: authority });
  await mkdir(folder, { recursive: true });
  const fleet = await Fleet.start({ count, folder, trustedKeys });
  const inventory = path.join(folder, 'vms.json');
  await writeFile(inventory, `${JSON.stringify(inventoryOf(fleet.vms), undefined, 2)}\n`);
  return { ...listed(inventory, authority), isDemo: true, stop: () => fleet.stop() };
}
