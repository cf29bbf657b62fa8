import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as v from 'valibot';
import { bodyPairs } from './body.ts';
import { headerOf } from './headers.ts';
import type { FieldFault } from './problem.ts';
import { invalidRequest } from './problem.ts';

/** Faults that one answer names, and characters of a name: enough to mend a request, too few to flood its sender. */
const MOST_FAULTS = 10;
const LONGEST_NAME = 64;

/** Reads the parameters of a request. */
export type ParameterReader = (event: APIGatewayProxyEventV2) => Readonly<Record<string, unknown>>;

/**
 * Makes the reader of a call's parameters. JSON body, form body and query string mean the same, so a parameter may come
 * in any of them, but only once. A header that is a parameter comes as a header only: bodies and URLs land in proxies'
 * logs.
 *
 * @returns a reader that throws {@link Problem} `invalid_request`, `payload_too_large` or `unsupported_media_type`
 */
export function createReader(parameters: v.ObjectEntries, headers: v.ObjectEntries): ParameterReader {
  const schema = v.strictObject(parameters);
  const headerSchema = v.object(headers);
  const headerNames = Object.keys(headers);
  const known = Object.keys(parameters);

  return (event) => {
    const given = v.safeParse(schema, pairsOf(event), { abortPipeEarly: true });
    if (headerNames.length === 0 && given.success) return given.output;
    const inHeaders = v.safeParse(headerSchema, headersOf(event, headerNames), { abortPipeEarly: true });
    if (given.success && inHeaders.success) return Object.assign(given.output, inHeaders.output);
    const issues: v.BaseIssue<unknown>[] = [...(given.issues ?? []), ...(inHeaders.issues ?? [])];
    throw invalidRequest(issues.slice(0, MOST_FAULTS).map((issue) => faultOf(issue, known)));
  };
}

function headersOf(event: APIGatewayProxyEventV2, names: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = headerOf(event, name.toLowerCase());
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function pairsOf(event: APIGatewayProxyEventV2): Readonly<Record<string, unknown>> {
  const { rawQueryString } = event;
  const query = rawQueryString === '' ? [] : new URLSearchParams(rawQueryString);
  const pairs = [...query, ...bodyPairs(event)];
  const values = new Map(pairs);
  if (values.size < pairs.length) throw invalidRequest(repeated(pairs.map(([name]) => name)));
  // Object.fromEntries defines every name as an own property, so that even `__proto__` is only a name.
  return Object.fromEntries(values);
}

function repeated(names: readonly string[]): FieldFault[] {
  const twice = new Set(names.filter((name, at) => names.indexOf(name) !== at));
  return [...twice].slice(0, MOST_FAULTS).map((name) => {
    return { field: name.slice(0, LONGEST_NAME), message: 'is given more than once; give it once' };
  });
}

function faultOf(issue: v.BaseIssue<unknown>, known: readonly string[]): FieldFault {
  const field = String(issue.path?.[0]?.key).slice(0, LONGEST_NAME);
  if (issue.expected === 'never') {
    const names = known.length === 0 ? 'none' : known.join(', ');
    return { field, message: `is not a parameter of this call; it takes ${names}` };
  }
  if (issue.type === 'strict_object') return { field, message: 'is required' };
  return { field, message: issue.message };
}
