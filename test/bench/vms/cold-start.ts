import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MOCK_VMS } from '../../../lambda/providers/mock.ts';
import { CERTIFICATE_POOL, inventoryText, vmEntry } from '../../support/providers/inventory.ts';
import type { NextStart } from '../cold-start/function-start.ts';
import { comparedStarts } from '../cold-start/function-start.ts';
import type { Database } from '../dynamodb/database.ts';
import { free } from '../dynamodb/pool.ts';
import { postEvent } from '../events.ts';
import type { Findings, Measure } from '../figures/measure.ts';
import { ROOT } from '../processes.ts';
import { startFakeAws } from './fake-aws.ts';

const ROUNDS = { full: 41, quick: 7 };
const MOST = 1.1;

/**
 * Measures cold starts whose first answer has a login certificate, against the same with mock VMs. Both have the same
 * VMs and their leases in DynamoDB.
 */
export async function measureCertificateColdStart(database: Database, isQuick: boolean): Promise<Findings> {
  const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-bench-'));
  const inventory = path.join(folder, 'vms.json');
  await writeFile(inventory, sameVms());
  const aws = await startFakeAws(inventory);
  try {
    const real = {
      ...aws.variables,
      PROVIDER: 'static',
      INVENTORY: 's3://vm-pool-bench/vms.json',
      VISITOR_FUNCTION: 'vm-pool-bench-visitor',
    };
    const subject = await startsOver(database, 'cold-certificate', real, '-cert-v01@openssh.com ');
    const baseline = await startsOver(database, 'cold-mock', {}, 'mock private key');
    const { init, answer, how } = await comparedStarts(subject, baseline, isQuick ? ROUNDS.quick : ROUNDS.full);
    const what = 'cold start with certificates';
    const target = { of: 'ratio', atMost: MOST } as const;
    const measures: Measure[] = [
      { id: 'cold-certificate.init', what: `${what}: function loaded, against mock VMs`, unit: 'ms', ...init },
      {
        id: 'cold-certificate.answer',
        what: `${what}: first getvm answered, against mock VMs`,
        unit: 'ms',
        ...answer,
        target,
      },
    ];
    const note = `${what}: ${how}; both have leases in DynamoDB; one GET of a fake S3 at init, one Sign of a fake KMS for the first answer`;
    return { measures, notes: [note] };
  } finally {
    await aws.stop();
    await rm(folder, { recursive: true });
  }
}

/** An inventory of the mock VMs. */
function sameVms(): string {
  const vms = MOCK_VMS.map(({ id, ip: address, port, username }) => vmEntry({ id, address, port, username }));
  return inventoryText(vms, { default: CERTIFICATE_POOL });
}

async function startsOver(
  database: Database,
  tableName: string,
  more: Readonly<Record<string, string>>,
  answers: string,
): Promise<NextStart> {
  const common = { STORE: 'dynamodb', TABLE_NAME: tableName, METRICS_NAMESPACE: 'vm-pool-bench' };
  const variables = { ...database.variables, ...common, ...more };
  const statuses = MOCK_VMS.map(free);
  await database.fill(tableName, statuses);
  let starts = 0;
  return async () => {
    // Frees the VM of the last start. Its user still has a lease, so each start has a new user.
    await database.write(tableName, statuses);
    const event = postEvent('getvm', { userid: `user-${(starts += 1)}@example.com` });
    return { codeFolder: path.join(ROOT, 'dist/lambda'), variables, event, answers };
  };
}
