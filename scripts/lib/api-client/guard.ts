import type { Authorization } from '../../../lambda/http/audience.ts';
import { SCHEMES } from '../../../lambda/http/audience.ts';
import type { Json } from './client.ts';
import { asObject } from './client.ts';

/** What a deployment wants to see of its borrowers: the value of `authorization` in Terraform. */
export type Guard = Authorization;

const GUARDS = Object.keys(SCHEMES) as Guard[];

/**
 * Reads from a deployment's own OpenAPI document who may borrow. A deployment lists only its own way; the committed
 * contract lists all, anonymous calls included.
 *
 * @throws Error when the document wants something that this client can't do
 * @see https://spec.openapis.org/oas/v3.1.1#operation-object `security`
 */
export function guardOf(document: Json): Guard {
  const operation = asObject(asObject(asObject(document.paths)['/getvm']).post);
  const { security } = operation;
  if (!Array.isArray(security)) throw new Error('the OpenAPI document does not say who may call POST /getvm');
  const wanted = security.map((requirement) => Object.keys(asObject(requirement)));
  if (wanted.length === 0 || wanted.some((schemes) => schemes.length === 0)) return 'none';
  const guard = GUARDS.find((one) => wanted.some((schemes) => schemes.join() === SCHEMES[one].borrowers));
  if (guard !== undefined) return guard;
  throw new Error(`POST /getvm wants ${wanted.flat().join(', ')}, which is unknown here`);
}
