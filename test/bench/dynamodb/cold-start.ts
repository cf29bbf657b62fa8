import path from 'node:path';
import { MOCK_VMS } from '../../../lambda/providers/mock.ts';
import { againstEmptyHandler } from '../cold-start/function-start.ts';
import { postEvent } from '../events.ts';
import type { Findings, Measure } from '../figures/measure.ts';
import { ROOT } from '../processes.ts';
import type { Database } from './database.ts';
import { free } from './pool.ts';

const ROUNDS = { full: 41, quick: 7 };
const TABLE_NAME = 'cold';

/**
 * Measures cold starts with leases in DynamoDB: the function also loads AWS's signer and HTTP handler, reads once at
 * init, and writes a lease for its first answer.
 */
export async function measureDynamoDbColdStart(database: Database, isQuick: boolean): Promise<Findings> {
  const variables = { ...database.variables, STORE: 'dynamodb', TABLE_NAME, METRICS_NAMESPACE: 'vm-pool-bench' };
  const statuses = MOCK_VMS.map(free);
  await database.fill(TABLE_NAME, statuses);
  let starts = 0;
  const nextStart = async () => {
    // Frees the VM of the last start. Its user still has a lease, so each start has a new user.
    await database.write(TABLE_NAME, statuses);
    const event = postEvent('getvm', { userid: `user-${(starts += 1)}@example.com` });
    return { codeFolder: path.join(ROOT, 'dist/lambda'), variables, event };
  };
  const { init, answer, how } = await againstEmptyHandler(nextStart, isQuick ? ROUNDS.quick : ROUNDS.full);
  const what = 'cold start over DynamoDB';
  const measures: Measure[] = [
    {
      id: 'cold-dynamodb.init',
      what: `${what}: function loaded, against an empty handler`,
      unit: 'ms',
      ...init,
      target: { of: 'ratio', atMost: 2 },
    },
    {
      id: 'cold-dynamodb.answer',
      what: `${what}: first getvm answered, against an empty handler`,
      unit: 'ms',
      ...answer,
      target: { of: 'ratio', atMost: 2.5 },
    },
  ];
  return { measures, notes: [`${what}: ${how}; one read at init, a query and a transaction for the first answer`] };
}
