import { readFileSync } from 'node:fs';
import type { Log } from './groups.ts';

/** A query over a log, as `queries.json` declares it. */
export interface NamedQuery {
  /** What it finds, in one sentence. */
  readonly description: string;
  readonly log: Log;
  /** In the language of CloudWatch Logs Insights; it runs as it is. */
  readonly query: string;
  /** Options that narrow it, each with the field that must have the option's value. */
  readonly parameters?: Readonly<Partial<Record<QueryParameter, string>>>;
}

/** Options that may narrow a query. */
export type QueryParameter = 'user' | 'vm';

/** The named queries, by name. Terraform reads the same file and saves them as query definitions. */
export const QUERIES = readQueries();

function readQueries(): ReadonlyMap<string, NamedQuery> {
  const file = new URL('../../../terraform/modules/cloudwatch/queries.json', import.meta.url);
  return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, NamedQuery>));
}

/** Values of options. */
export type QueryValues = Readonly<Partial<Record<QueryParameter, string | undefined>>>;

/**
 * The text of a query, narrowed by the options that have a value. A filter comes first, so that the query counts only
 * what passes it.
 *
 * @param values - ids without quotes and backslashes, which would end the text in which they stand
 */
export function queryText({ query, parameters = {} }: NamedQuery, values: QueryValues): string {
  const filters = (Object.keys(parameters) as QueryParameter[])
    .filter((name) => values[name] !== undefined)
    .map((name) => `filter ${parameters[name] ?? ''} = "${values[name] ?? ''}"`);
  return [...filters, query].join('\n| ');
}

/** The options that were given and do not narrow this query. */
export function unfitOptions({ parameters = {} }: NamedQuery, values: QueryValues): string[] {
  return Object.entries(values)
    .filter(([name, value]) => value !== undefined && !Object.hasOwn(parameters, name))
    .map(([name]) => name);
}

/** Name, options and description of each query, for eyes. */
export function listOfQueries(): string {
  const names = [...QUERIES].map(([name, { parameters = {} }]) =>
    [name, ...Object.keys(parameters).map((option) => `[--${option} ID]`)].join(' '),
  );
  const width = Math.max(...names.map(({ length }) => length));
  const descriptions = [...QUERIES.values()].map(({ description, log }) => `${description} (log: ${log})`);
  return names.map((name, at) => `  ${name.padEnd(width)}  ${descriptions[at] ?? ''}\n`).join('');
}
