import type { AwsOptions } from '../aws/client.ts';
import type { AwsError } from '../aws/error.ts';
import { JsonApi } from '../aws/json-api.ts';
import type { StoredKeys } from '../pool/access.ts';
import { AccessUnavailable } from '../pool/refusals.ts';
import { readPrivateKey } from './private-key.ts';

/** Longest wait for a key, milliseconds; the second try is included. */
const READ_TIMEOUT_MS = 3_000;

/** Reads the text under a name. @returns undefined when what is there is not kept as a secret text */
type ReadText = (name: string, timeoutMs: number) => Promise<unknown>;

const MISSING = new Set(['ParameterNotFound', 'ResourceNotFoundException']);

/**
 * Makes what reads login keys from SSM parameters and from secrets of Secrets Manager. No key is kept: each hand-out
 * reads it anew.
 */
export function createStoredKeys(aws: AwsOptions, timeoutMs = READ_TIMEOUT_MS): StoredKeys {
  const readers = new Map<string, ReadText>([
    ['ssm', ssmParameters(aws)],
    ['secretsmanager', secrets(aws)],
  ]);
  return {
    async read(place) {
      const [, kind = '', name = ''] = /^([a-z]+):(.+)$/.exec(place) ?? [];
      const readText = readers.get(kind);
      if (readText === undefined)
        throw new AccessUnavailable('the place of a stored key must be ssm:NAME or secretsmanager:NAME');
      const text = await readText(name, timeoutMs).catch((cause: unknown) => {
        throw new AccessUnavailable(`${place} ${problemOf(cause as AwsError)}`, { cause });
      });
      const key = typeof text === 'string' ? readPrivateKey(text) : undefined;
      if (key === undefined) throw new AccessUnavailable(`${place} ${faultOf(text)}`);
      return key;
    },
  };
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
function ssmParameters(aws: AwsOptions): ReadText {
  const ssm = new JsonApi('ssm', 'AmazonSSM', aws);
  return async (name, timeoutMs) => {
    const answer = await ssm.call('GetParameter', { Name: name, WithDecryption: true }, { timeoutMs });
    const { Type, Value } = (answer.Parameter ?? {}) as Partial<Record<string, unknown>>;
    return Type === 'SecureString' ? Value : undefined;
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

function problemOf({ code }: AwsError): string {
  if (MISSING.has(code)) return 'does not exist';
  return code.startsWith('AccessDenied') ? 'may not be read by the service' : `can't be read now (${code})`;
}

function faultOf(text: unknown): string {
  if (typeof text !== 'string') return 'must be a SecureString, or a secret of text';
  if (text.trim() === '') return 'is empty';
  return 'must be one private key that ssh reads, without a passphrase';
}
