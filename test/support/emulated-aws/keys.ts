import { readFileSync } from 'node:fs';
import type { PolicyDocument } from './iam.ts';
import type { EmulatedAws } from './server.ts';

/** Makes a KMS key, as a customer would before an apply. @returns its ARN */
export async function makeKey(aws: EmulatedAws): Promise<string> {
  const made = JSON.parse(await aws.act('kms', 'TrentService.CreateKey')) as { KeyMetadata: { Arn: string } };
  return made.KeyMetadata.Arn;
}

/**
 * The key policy in the README of a module, with the names of an environment.
 *
 * @param module - name of the module, such as `logs`
 * @param name - name of the service and environment, where the README has `vm-pool-dev`
 */
export function documentedKeyPolicy(module: string, name: string): PolicyDocument {
  const readme = readFileSync(new URL(`../../../terraform/modules/${module}/README.md`, import.meta.url), 'utf8');
  const [, statement] = /^## A key of your own\n[^]*?^```json\n([^]*?)^```$/m.exec(readme) ?? [];
  if (statement === undefined) throw new Error(`the README of ${module} shows no policy for a key`);
  const document = `{ "Version": "2012-10-17", "Statement": [${statement.replaceAll('vm-pool-dev', name)}] }`;
  return JSON.parse(document) as PolicyDocument;
}
