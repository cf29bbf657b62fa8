import { readFileSync } from 'node:fs';
import type { AnySchema, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

interface Content {
  readonly schema: unknown;
}

interface Response {
  readonly $ref?: string;
  readonly content: Readonly<Record<string, Content>>;
}

interface Operation {
  readonly responses: Readonly<Record<string, Response>>;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
}

const document = JSON.parse(readFileSync(new URL('../../../lambda/openapi.json', import.meta.url), 'utf8')) as OpenApi;

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(closed(document) as AnySchema, 'openapi');

/** Answers that {@link checkAnswer} has checked, such as `POST /getvm 409 already_allocated`. */
const seen = new Set<string>();

/** The answers that {@link checkAnswer} has checked so far, in order of the alphabet. */
export function answersSeen(): readonly string[] {
  return [...seen].sort();
}

/** Every answer that the document describes, in the form of {@link answersSeen}. */
export function answersDocumented(): readonly string[] {
  const found = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { responses }]) =>
      Object.entries(responses).flatMap(([status, response]) =>
        codesOf(response).map((code) => answerName(`${method.toUpperCase()} ${path}`, Number(status), code)),
      ),
    ),
  );
  return found.sort();
}

/**
 * Compares an answer with the document: status, content type, and each member of the body.
 *
 * @throws Error when the document does not describe the answer
 */
export function checkAnswer(event: APIGatewayProxyEventV2, result: APIGatewayProxyStructuredResultV2): void {
  const { routeKey } = event;
  const { statusCode: status = 0, headers = {}, body } = result;
  if (routeKey === '$default') return;
  const [method = '', path = ''] = routeKey.split(' ');
  const response = document.paths[path]?.[method.toLowerCase()]?.responses[status];
  if (response === undefined)
    throw new Error(`openapi.json describes no ${String(status)} for ${routeKey}: ${String(body)}`);
  const type = String(headers['content-type']);
  const { content } = resolved(response);
  if (content[type] === undefined)
    throw new Error(`openapi.json describes no ${type} for ${routeKey} ${String(status)}`);
  const answer = (type.endsWith('json') ? JSON.parse(body ?? '') : body) as { code?: string };
  const validate = validatorOf(pointerTo(response, path, method, status, type));
  if (!validate(answer)) {
    throw new Error(`${routeKey} ${String(status)} does not match openapi.json: ${ajv.errorsText(validate.errors)}`);
  }
  seen.add(answerName(routeKey, status, status === 200 ? undefined : answer.code));
}

function answerName(route: string, status: number, code: string | undefined): string {
  return [route, status, code].filter((part) => part !== undefined).join(' ');
}

/** The codes of a refusal's response. A success has no code, so its only element is undefined. */
function codesOf(response: Response): (string | undefined)[] {
  const { examples } = (resolved(response).content['application/problem+json'] ?? {}) as { examples?: object };
  return examples === undefined ? [undefined] : Object.keys(examples);
}

function resolved(response: Response): Response {
  const name = response.$ref?.replace('#/components/responses/', '');
  const found = name === undefined ? response : document.components.responses[name];
  if (found === undefined) throw new Error(`openapi.json lacks the response ${String(name)}`);
  return found;
}

function pointerTo({ $ref }: Response, path: string, method: string, status: number, type: string): string {
  const response = $ref ?? `#/paths/${escaped(path)}/${method.toLowerCase()}/responses/${String(status)}`;
  return `openapi${response}/content/${escaped(type)}/schema`;
}

const validators = new Map<string, ValidateFunction>();

function validatorOf(pointer: string): ValidateFunction {
  const known = validators.get(pointer);
  if (known !== undefined) return known;
  const made = ajv.compile({ $ref: encodeURI(pointer) });
  validators.set(pointer, made);
  return made;
}

/** https://www.rfc-editor.org/rfc/rfc6901#section-3 */
function escaped(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The same schema, which also forbids members that it does not describe. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, closed(member)]));
  return 'properties' in inner && inner.type === 'object' ? { ...inner, additionalProperties: false } : inner;
}
