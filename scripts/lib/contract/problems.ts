/** Refusals in the OpenAPI document: problem documents of RFC 9457, one schema a code. */
import * as v from 'valibot';
import type { ProblemCode } from '../../../lambda/http/refusals.ts';
import { REFUSALS } from '../../../lambda/http/refusals.ts';
import { REFUSAL_DOCUMENTATION } from '../../../lambda/http/refusals-documentation.ts';
import type { JsonSchema } from './json-schema.ts';
import { objectSchema } from './json-schema.ts';

/**
 * The schemas, examples and responses of refusals, for `components`.
 *
 * @param refusals - the refusals of each operation
 */
export function problemComponents(refusals: readonly (readonly ProblemCode[])[]) {
  const all = [...new Set(refusals.flat())].sort();
  const alone = new Set(refusals.flatMap(byStatus).flatMap(([, codes]) => (codes.length === 1 ? codes : [])));
  return {
    schemas: named(all, problemSchema),
    examples: named(all, (code) => ({ value: problemExample(code) })),
    responses: named([...alone].sort(), (code) => problemResponse([code])),
  };
}

/** The responses of an operation that refuses with these codes, by status. */
export function problemResponses(codes: readonly ProblemCode[]): Record<string, unknown> {
  return Object.fromEntries(byStatus(codes).map(([status, these]) => [status, responseOf(these)]));
}

function byStatus(codes: readonly ProblemCode[]): [status: number, codes: ProblemCode[]][] {
  const statuses = [...new Set(codes.map((code) => REFUSALS[code].status))].sort();
  return statuses.map((status) => [status, codes.filter((code) => REFUSALS[code].status === status)]);
}

function named(codes: readonly ProblemCode[], partOf: (code: ProblemCode) => unknown): Record<string, unknown> {
  return Object.fromEntries(codes.map((code) => [nameOf(code), partOf(code)]));
}

function responseOf(codes: readonly ProblemCode[]): object {
  const [only = '', ...more] = codes.map(nameOf);
  return more.length === 0 ? { $ref: `#/components/responses/${only}` } : problemResponse(codes);
}

function problemResponse(codes: readonly ProblemCode[]) {
  const refs = codes.map((code) => ({ $ref: `#/components/schemas/${nameOf(code)}` }));
  const mapping = Object.fromEntries(codes.map((code) => [code, `#/components/schemas/${nameOf(code)}`]));
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${nameOf(code)}` }]);
  const [only] = refs;
  return {
    description: codes.map((code) => `\`${code}\`: ${REFUSAL_DOCUMENTATION[code].meaning}`).join(' '),
    headers: { 'x-request-id': { $ref: '#/components/headers/RequestId' } },
    content: {
      'application/problem+json': {
        schema: refs.length === 1 ? only : { oneOf: refs, discriminator: { propertyName: 'code', mapping } },
        examples: Object.fromEntries(examples) as Record<string, unknown>,
      },
    },
  };
}

function problemSchema(code: ProblemCode): JsonSchema {
  const { members = {}, meaning } = REFUSAL_DOCUMENTATION[code];
  const { title, status } = REFUSALS[code];
  const schema = objectSchema({
    title: v.literal(title),
    status: v.literal(status),
    detail: v.string(),
    code: v.literal(code),
    requestId: v.string(),
    ...members,
  });
  return { description: meaning, ...schema };
}

function problemExample(code: ProblemCode) {
  const { meaning, example = {} } = REFUSAL_DOCUMENTATION[code];
  return { ...REFUSALS[code], detail: meaning, code, requestId: 'JKJaXmPLvHcESHA=', ...example };
}

/** `unknown_vm` is `UnknownVm`. */
function nameOf(code: ProblemCode): string {
  return code.replace(/(^|_)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
}
