import { readFileSync } from 'node:fs';
import path from 'node:path';
import { asObject, objectIn } from '../../api-client/client.ts';
import type { Account } from '../account.ts';
import { lastLine } from '../commands.ts';
import { listed } from '../deployed-api.ts';
import type { Probe } from '../probe.ts';
import { judged, skipped } from '../probe.ts';

/** Probes of what Terraform made and remembers. */
export const STATE: readonly Probe[] = [
  {
    id: 'second-plan',
    question:
      'Does AWS keep every setting as Terraform wrote it? If AWS changes a value, every plan shows a difference.',
    sources: ['https://developer.hashicorp.com/terraform/cli/commands/plan#detailed-exitcode'],
    how: 'scripts/terraform ENVIRONMENT plan, with the deployed package in dist/; it takes no lock',
    expected: 'no changes',
    run: async (account) => {
      const args = ['plan', '-detailed-exitcode', '-input=false', '-lock=false', '-no-color'];
      const { status, stdout, stderr } = await account.script('terraform', account.parts.environment, ...args);
      if (status === 0) return judged(true, 'no changes');
      const summary = /^Plan: .*$/m.exec(stdout)?.[0] ?? 'changes to outputs only';
      return judged(false, status === 2 ? summary : lastLine(stderr));
    },
  },
  {
    id: 'state-encryption',
    question: "Is the state encrypted by the bucket's own rule, with its key, and not by what a client asked for?",
    sources: ['https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html'],
    how: "compare the state object's encryption with the bucket's default",
    expected: 'the same algorithm and the same key',
    run: async (account) => {
      const backend = backendOf(account);
      if (backend === undefined) return skipped('the state is not in a bucket');
      const place = ['--bucket', backend.bucket, '--region', backend.region];
      const object = await account.aws('s3api', 'head-object', ...place, '--key', backend.key);
      const bucket = await account.aws('s3api', 'get-bucket-encryption', ...place);
      const [rule] = listed(asObject(bucket.ServerSideEncryptionConfiguration).Rules);
      const wanted = asObject(rule?.ApplyServerSideEncryptionByDefault);
      const shown = (algorithm: unknown, key: unknown) => [algorithm, key].filter(Boolean).map(String).join(' ');
      const got = shown(object.ServerSideEncryption, object.SSEKMSKeyId);
      const rules = shown(wanted.SSEAlgorithm, wanted.KMSMasterKeyID);
      const isSame =
        object.ServerSideEncryption === wanted.SSEAlgorithm && isKey(object.SSEKMSKeyId, wanted.KMSMasterKeyID);
      return judged(isSame, `the object: ${got}; the rule: ${rules}`);
    },
  },
];

/** Where the state lies: what Terraform wrote when it initialised the environment. */
export function backendOf({ parts: { root, environment, env } }: Account) {
  const folder = path.join(root, 'terraform/environments', environment);
  const file = path.resolve(folder, env.TF_DATA_DIR ?? '.terraform', 'terraform.tfstate');
  const { bucket, key, region } = asObject(asObject(readObject(file).backend).config);
  if (typeof bucket !== 'string' || typeof key !== 'string' || typeof region !== 'string') return undefined;
  return { bucket, key, region };
}

function readObject(file: string) {
  try {
    return objectIn(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

/** Whether the key is the wanted one. A rule may name it by id or ARN, or by an alias, which does not show the key. */
function isKey(key: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'string' || wanted.includes('alias/')) return true;
  return String(key).split('/').at(-1) === wanted.split('/').at(-1);
}
