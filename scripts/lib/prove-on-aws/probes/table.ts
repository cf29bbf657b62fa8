import { asObject } from '../../api-client/client.ts';
import { worded } from '../../api-client/wording.ts';
import type { Account } from '../account.ts';
import type { Finding, Probe } from '../probe.ts';
import { judged, skipped } from '../probe.ts';

/** AWS says "typically five minutes". */
const RESTORABLE_WITHIN_MS = 15 * 60_000;

/** Probes of the table. */
export const TABLE: readonly Probe[] = [
  {
    id: 'table-key',
    question: "May the function use a table with a key of the customer's own? The emulation asks no key policy.",
    sources: ['https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html'],
    how: 'GET /health, which reads the table',
    expected: '200',
    run: async (account) => {
      const { tableName } = account.parts.outputs;
      if (tableName === undefined) return skipped('leases live in memory');
      const { Table } = await account.aws('dynamodb', 'describe-table', '--table-name', tableName);
      const { KMSMasterKeyArn: key } = asObject(asObject(Table).SSEDescription);
      if (typeof key !== 'string') return skipped("the table's key is AWS's own");
      const { KeyMetadata } = await account.aws('kms', 'describe-key', '--key-id', key);
      if (asObject(KeyMetadata).KeyManager !== 'CUSTOMER') return skipped("the table's key is managed by AWS");
      const answer = await account.anonymous('GET /health');
      return judged(answer.status === 200, worded(answer));
    },
  },
  {
    id: 'table-recovery',
    question: 'Does DynamoDB really keep a past to go back to? The emulation keeps none.',
    sources: ['https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html'],
    how: 'read how late the table can be restored, and its time to live',
    expected: 'to at most 15 minutes ago; time to live ENABLED',
    run: tableRecovery,
  },
  {
    id: 'restored-table',
    question: 'What does AWS restore, and does Terraform import it without a change of the table?',
    sources: [
      'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html',
      'terraform/RUNBOOK.md, "Restore the table"',
    ],
    how:
      'in staging, with two VMs lent: release one, borrow another, then scripts/restore-table staging --to 10m --yes; ' +
      'add the printed lines to main.tf and plan, but do not apply; take them out; delete the new table ' +
      '(aws dynamodb update-table --no-deletion-protection-enabled, then delete-table)',
    expected:
      'the new table is active within the hour; "carried over" names time to live and tags, and most request units only ' +
      'if AWS leaves them out; old and restored differ as made; the plan imports 1, destroys 0 and changes no table',
  },
  {
    id: 'deleted-table',
    question: 'Is there a backup of a table that was deleted?',
    sources: ['https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html'],
    how: 'after a destroy of a test environment: aws dynamodb list-backups --backup-type SYSTEM --table-name NAME',
    expected: 'one backup, NAME$DeletedTableBackup, without a price',
  },
];

async function tableRecovery(account: Account): Promise<Finding> {
  const { tableName } = account.parts.outputs;
  if (tableName === undefined) return skipped('leases live in memory');
  const named = ['--table-name', tableName];
  const backups = asObject(
    (await account.aws('dynamodb', 'describe-continuous-backups', ...named)).ContinuousBackupsDescription,
  );
  const { LatestRestorableDateTime: latest } = asObject(backups.PointInTimeRecoveryDescription);
  const ttl = asObject((await account.aws('dynamodb', 'describe-time-to-live', ...named)).TimeToLiveDescription);
  const latestMs = typeof latest === 'number' ? latest * 1_000 : Date.parse(String(latest));
  const isFresh = account.parts.clock() - latestMs <= RESTORABLE_WITHIN_MS;
  const got = `restorable to ${Number.isNaN(latestMs) ? 'no time' : new Date(latestMs).toISOString()}`;
  return judged(isFresh && ttl.TimeToLiveStatus === 'ENABLED', `${got}; time to live ${String(ttl.TimeToLiveStatus)}`);
}
