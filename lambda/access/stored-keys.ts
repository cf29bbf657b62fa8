import type { AwsOptions } from '../aws/client.ts';
import type { AwsError } from '../aws/error.ts';
import { whyUnreadable } from '../aws/error.ts';
import { JsonApi } from '../aws/json-api.ts';
import { parameterReader } from '../aws/ssm.ts';
import type { StoredKeys } from '../pool/access.ts';
import { AccessUnavailable } from '../pool/refusals.ts';
import { readPrivateKey } from './private-key.ts';

/** Longest wait for a key, milliseconds; the second try is included. */
const READ_TIMEOUT_MS = 3_000;

/** Reads the text under a name. @returns undefined when what is there is not kept as a secret text */
type ReadText = (name: string, timeoutMs: number) => Promise<unknown>;

/**
 * Makes what reads login keys from SSM parameters and from secrets of Secrets Manager. No key is kept: each hand-out
 * reads it anew.
 */
export function createStoredKeys(aws: AwsOptions, timeoutMs = READ_TIMEOUT_MS): StoredKeys {
  const readers = new Map<string, ReadText>([
    ['ssm', parameterReader(aws)],
    ['secretsmanager', secrets(aws)],
  ]);
  return {
    async read(place) {
      const [, kind = '', name = ''] = /^([a-z]+):(.+)$/.exec(place) ?? [];
      const readText = readers.get(kind);
      if (readText === undefined)
        throw new AccessUnavailable('the place of a stored key must be ssm:NAME or secretsmanager:NAME');
      const text = await readText(name, timeoutMs).catch((cause: unknown) => {
        throw new AccessUnavailable(`${place} ${whyUnreadable(cause as AwsError)}`, { cause });
      });
      const key = typeof text === 'string' ? readPrivateKey(text) : undefined;
      if (key === undefined) throw new AccessUnavailable(`${place} ${faultOf(text)}`);
      return key;
    },
  };
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
function secrets(aws: AwsOptions): ReadText {
  const secretsManager = new JsonApi('secretsmanager', 'secretsmanager', aws);
  return async (name, timeoutMs) => {
    const { SecretString } = await secretsManager.call('GetSecretValue', { SecretId: name }, { timeoutMs });
    return SecretString;
  };
}

function faultOf(text: unknown): string {
  if (typeof text !== 'string') return 'must be a SecureString, or a secret of text';
  if (text.trim() === '') return 'is empty';
  return 'must be one private key that ssh reads, without a passphrase';
}
