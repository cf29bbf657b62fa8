import type { Audience } from '../../../lambda/http/audience.ts';
import type { DocumentedCall } from '../../../lambda/http/call.ts';
import type { ProblemCode } from '../../../lambda/http/refusals.ts';

/** Refusals that any call may meet. */
const GENERAL: readonly ProblemCode[] = ['internal', 'invalid_request', 'payload_too_large', 'unsupported_media_type'];

/** Refusals that have to do with who calls; `not_yours` only where a call names a user. */
const OF_CALLERS: Readonly<Record<Audience, readonly ProblemCode[]>> = {
  everybody: [],
  borrowers: ['not_yours', 'too_many_requests', 'unusable_identity'],
  operators: ['forbidden', 'too_many_requests', 'unusable_identity'],
};

/**
 * Every refusal that a call may answer, sorted. `not_found` and `method_not_allowed` are for requests that match no
 * call.
 */
export function refusalsOf({ call, refusals, isStatic = false }: DocumentedCall): readonly ProblemCode[] {
  const ofCaller = OF_CALLERS[call.audience].filter((code) => code !== 'not_yours' || 'userid' in call.parameters);
  const ofStore: readonly ProblemCode[] = isStatic ? [] : ['store_unavailable'];
  return [...GENERAL, ...ofCaller, ...ofStore, ...refusals].sort();
}
