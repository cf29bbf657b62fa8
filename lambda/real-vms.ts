/**
 * Puts together what reaches real VMs. The service loads it only where its settings name an inventory. What a start on
 * Lambda needs is loaded at once; all else when it is needed: no SSH client where another function makes the visits, no
 * code for keys that nobody stores.
 */
import { createCertificateAuthority } from './access/certificate-authority.ts';
import { objectReader } from './aws/s3.ts';
import type { Ec2Vms } from './ec2-vms.ts';
import type { CertificateAuthority, StoredKeys } from './pool/access.ts';
import type { Clock } from './pool/ports.ts';
import type { VmProvider } from './pool/provider.ts';
import type { Visitor } from './pool/visit.ts';
import { KnownInventory } from './providers/inventory/known.ts';
import type { ReadInventory } from './providers/inventory/source.ts';
import { InventorySource } from './providers/inventory/source.ts';
import { StaticProvider } from './providers/static/provider.ts';
import type { AwsSettings, InventorySettings, Settings } from './settings-types.ts';

/** Real VMs, and the keys that they must trust. */
export interface RealVms {
  readonly provider: VmProvider;
  /** Lines for the file that sshd's `TrustedUserCAKeys` names; empty where no certificates are made. */
  readonly trustedKeys: readonly string[];
}

/** @throws Error when a setting names something that can't be used */
export async function createRealVms(
  settings: InventorySettings,
  { check, limits }: Pick<Settings, 'check' | 'limits'>,
  clock: Clock,
): Promise<RealVms> {
  const [readText, authority, ec2] = await Promise.all([
    inventoryReader(settings),
    authorityOf(settings),
    ec2Of(settings, clock),
  ]);
  const source = new InventorySource(readText, clock, { hasEc2: ec2 !== undefined });
  // Answered while the start loads the code of the lease store.
  source.begin();
  const ports = { keys: { authority, storedKeys: storedKeysOf(settings) }, visitor: visitorOf(settings), clock };
  const { confirmedInventory } = settings;
  const defaults = { lease: limits, checkLimitSec: check.timeoutSec };
  const known = new KnownInventory(source, { confirmedInventory, defaults, search: ec2?.search });
  const listed = new StaticProvider({ ...ports, source, known });
  const provider = ec2?.providerOver(listed, known, ports) ?? listed;
  return { provider, trustedKeys: authority?.publicKeys ?? [] };
}

async function ec2Of({ tags, aws }: InventorySettings, clock: Clock): Promise<Ec2Vms | undefined> {
  if (tags === undefined || aws === undefined) return undefined;
  return (await import('./ec2-vms.ts')).createEc2Vms(aws, tags, clock);
}

async function inventoryReader({ inventory, aws }: InventorySettings): Promise<ReadInventory> {
  if (aws === undefined || !inventory.startsWith('s3://')) {
    return (await import('./providers/inventory/file.ts')).inventoryFile(inventory);
  }
  const getObject = objectReader(aws);
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(inventory) ?? [];
  return async (etag) => {
    const found = await getObject({ bucket, key, etag });
    return found === 'not-modified' ? found : { etag: found.etag, text: found.body };
  };
}

async function authorityOf(settings: InventorySettings): Promise<CertificateAuthority | undefined> {
  const { certificateAuthority: key, certificateAuthorityPublicKeys: publicKeys, aws } = settings;
  if (key === undefined) return undefined;
  return createCertificateAuthority({ key, publicKeys, aws });
}

/** Loaded for the first key that is handed out. */
function storedKeysOf({ aws }: InventorySettings): StoredKeys | undefined {
  if (aws === undefined) return undefined;
  const load = once(async () => (await import('./access/stored-keys.ts')).createStoredKeys(aws));
  return { read: async (place) => (await load()).read(place) };
}

/** Loaded for the first visit. */
function visitorOf({ visitorFunction, aws, lambdaEndpoint: endpoint }: InventorySettings): Visitor {
  const load = once(async () =>
    visitorFunction === undefined || aws === undefined
      ? (await import('./visitor/visit.ts')).visit
      : visitorIn(visitorFunction, { ...aws, endpoint }),
  );
  return async (visit) => (await load())(visit);
}

async function visitorIn(functionName: string, aws: AwsSettings): Promise<Visitor> {
  const [{ createLambdaVisitor }, { functionInvoker }] = await Promise.all([
    import('./visitor/lambda-visitor.ts'),
    import('./aws/lambda.ts'),
  ]);
  return createLambdaVisitor(functionName, functionInvoker(aws));
}

function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => (made ??= make());
}
