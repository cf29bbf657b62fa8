import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Lease } from '../../pool/lease.ts';
import type { Item, Key } from './items.ts';

type AttributeOf<Some> = Some extends Item ? keyof Some & string : never;

/** Path of an attribute: its name, or that of a part of the lease. */
export type Path = AttributeOf<Item> | `lease.${keyof Lease}`;

/** A condition, with the names and values that it uses. Every name has a placeholder, since many are reserved words. */
export interface Condition {
  readonly expression: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The attribute compares so with the value. */
export function compares(path: Path, operator: '=' | '<' | '<=' | '>' | '>=', value: unknown): Condition {
  const placeholder = `:${path.replace('.', '_')}`;
  const { text, names } = named(path);
  return { expression: `${text} ${operator} ${placeholder}`, names, values: { [placeholder]: value } };
}

/** The item has the attribute. */
export function exists(path: Path): Condition {
  const { text, names } = named(path);
  return { expression: `attribute_exists(${text})`, names, values: {} };
}

/** The item does not have the attribute. */
export function isAbsent(path: Path): Condition {
  const { text, names } = named(path);
  return { expression: `attribute_not_exists(${text})`, names, values: {} };
}

/** Several attributes, as an expression names them. */
export function listOf(paths: readonly Path[]): Pick<Condition, 'expression' | 'names'> {
  const all = paths.map(named);
  return {
    expression: all.map(({ text }) => text).join(', '),
    names: Object.assign({}, ...all.map(({ names }) => names)) as Record<string, string>,
  };
}

/** All of the conditions hold. Each must use other attributes, or the same values. */
export function all(...conditions: readonly Condition[]): Condition {
  return joined(conditions, 'AND');
}

/** At least one of the conditions holds. */
export function any(...conditions: readonly Condition[]): Condition {
  return joined(conditions, 'OR');
}

function joined(conditions: readonly Condition[], word: string): Condition {
  const [first] = conditions;
  if (first !== undefined && conditions.length === 1) return first;
  return {
    expression: conditions.map(({ expression }) => `(${expression})`).join(` ${word} `),
    names: Object.assign({}, ...conditions.map(({ names }) => names)) as Record<string, string>,
    values: Object.assign({}, ...conditions.map(({ values }) => values)) as Record<string, unknown>,
  };
}

function named(path: Path): { text: string; names: Record<string, string> } {
  const parts = path.split('.');
  return { text: parts.map((part) => `#${part}`).join('.'), names: placeholdersOf(parts) };
}

function placeholdersOf(attributes: readonly string[]): Record<string, string> {
  return Object.fromEntries(attributes.map((name) => [`#${name}`, name]));
}

/** Changes some attributes of an item and removes others: also those that are set to undefined. */
type Update<Of> = Of extends Item
  ? {
      readonly update: Key<Of>;
      readonly set: Partial<Omit<Of, 'pk' | 'sk'>>;
      readonly remove?: readonly (keyof Of & string)[];
    }
  : never;

type Write = { readonly put: Item } | { readonly delete: Key } | Update<Item>;

/** One action of a transaction. */
export type Action = Write & {
  readonly if?: Condition;
  /** Whether the transaction is made without this action when its condition does not hold. */
  readonly optional?: boolean;
};

/** An action in the words of DynamoDB's API. */
export function transactItem(TableName: string, action: Action): TransactWriteItem {
  const common = { TableName, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };
  const condition = action.if && { ConditionExpression: action.if.expression };
  if ('update' in action)
    return { Update: { ...common, Key: marshall(action.update), ...condition, ...updateOf(action) } };
  const uses = { ...condition, ...(action.if && namesAndValues(action.if)) };
  if ('delete' in action) return { Delete: { ...common, Key: marshall(action.delete), ...uses } };
  return { Put: { ...common, Item: marshall(action.put, { removeUndefinedValues: true }), ...uses } };
}

function updateOf({ set, remove = [], if: condition }: Update<Item> & Pick<Action, 'if'>) {
  const wanted: [string, unknown][] = Object.entries(set);
  const given = wanted.filter(([, value]) => value !== undefined);
  const absent = wanted.flatMap(([name, value]) => (value === undefined ? [name] : []));
  const sets = given.map(([name]) => `#${name} = :set_${name}`);
  const removes = [...absent, ...remove].map((name) => `#${name}`);
  const values = Object.fromEntries(given.map(([name, value]) => [`:set_${name}`, value]));
  return {
    UpdateExpression: `SET ${sets.join(', ')}${removes.length > 0 ? ` REMOVE ${removes.join(', ')}` : ''}`,
    ...namesAndValues({
      names: { ...placeholdersOf([...Object.keys(set), ...remove]), ...condition?.names },
      values: { ...values, ...condition?.values },
    }),
  };
}

/** Names and values as DynamoDB wants them: neither may be an empty object. */
export function namesAndValues({ names, values }: Omit<Condition, 'expression'>) {
  return {
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && {
      ExpressionAttributeValues: marshall(values, { removeUndefinedValues: true }),
    }),
  };
}
