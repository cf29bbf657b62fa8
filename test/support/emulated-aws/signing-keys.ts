/** What IAM asks of the caller of KMS about the keys that sign logins: their tags decide, and they have aliases. */
import type { Use } from './iam.ts';
import type { RecordedCall } from './server.ts';
import { ACCOUNT_ID } from './server.ts';

type Context = Readonly<Record<string, string>>;

/** The keys that got an alias. */
export interface SigningKeys {
  /** Condition keys of a key, by its id */
  readonly tags: ReadonlyMap<string, Context>;
  /** Id of the key by its alias */
  readonly ids: ReadonlyMap<string, string>;
}

/** @param calls - all recorded calls: a key has the tags with which the same caller made it */
export function signingKeysOf(calls: readonly RecordedCall[]): SigningKeys {
  const aliases = calls.filter(({ operation }) => operation === 'CreateAlias');
  const makerOf = (caller: string) => calls.find(({ key, operation }) => key === caller && operation === 'CreateKey');
  return {
    tags: new Map(
      aliases.map(({ key, parameters }) => [text(parameters.TargetKeyId), tagsOf('Resource', makerOf(key))]),
    ),
    ids: new Map(aliases.map(({ parameters }) => [text(parameters.AliasName), text(parameters.TargetKeyId)])),
  };
}

/** The uses of a call that is about such a key; undefined for any other. */
export function signingKeyUses(call: RecordedCall, keys: SigningKeys): Use[] | undefined {
  const { operation, parameters, region } = call;
  const action = `kms:${operation}`;
  if (operation === 'ListAliases') return [{ action, resource: '*' }];
  if (operation === 'CreateKey') return usesToMake(call);
  const alias = text(parameters.AliasName);
  const id = (text(parameters.TargetKeyId ?? parameters.KeyId) || (keys.ids.get(alias) ?? '')).replace(/^.*:key\//, '');
  const context = keys.tags.get(id);
  if (context === undefined) return undefined;
  const key = { action, resource: arn(region, `key/${id}`), context };
  return alias === '' ? [key] : [key, { action, resource: arn(region, alias) }];
}

/** A key can be made with tags only by those who may tag. */
function usesToMake(call: RecordedCall): Use[] {
  const { CustomerMasterKeySpec: spec, KeySpec = spec, KeyUsage } = call.parameters;
  const made = { 'kms:KeySpec': text(KeySpec), 'kms:KeyUsage': text(KeyUsage) };
  return [
    { action: 'kms:CreateKey', resource: '*', context: { ...made, ...tagsOf('Request', call) } },
    { action: 'kms:TagResource', resource: arn(call.region, 'key/of-the-call'), context: made },
  ];
}

function tagsOf(kind: 'Request' | 'Resource', call: RecordedCall | undefined): Context {
  const tags = (call?.parameters.Tags ?? []) as readonly { readonly TagKey: string; readonly TagValue: string }[];
  return Object.fromEntries(tags.map(({ TagKey, TagValue }) => [`aws:${kind}Tag/${TagKey}`, TagValue]));
}

function arn(region: string, resource: string): string {
  return ['arn', 'aws', 'kms', region, ACCOUNT_ID, resource].join(':');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
